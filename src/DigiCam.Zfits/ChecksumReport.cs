namespace DigiCam.Zfits;

/// <summary>Comparison of the sums stored in a header with the sums of the bytes in the file.</summary>
public sealed record ChecksumReport
{
    /// <summary>The header holds DATASUM.</summary>
    public required bool DataSumPresent { get; init; }

    /// <summary>DATASUM is present and equals the computed sum.</summary>
    public required bool DataSumOk { get; init; }

    /// <summary>The header holds CHECKSUM.</summary>
    public required bool CheckSumPresent { get; init; }

    /// <summary>CHECKSUM is present and makes the sum of the whole unit minus zero.</summary>
    public required bool CheckSumOk { get; init; }

    /// <summary>Ones' complement sum of the data area with its padding.</summary>
    public required uint ComputedDataSum { get; init; }

    /// <summary>DATASUM as a number, null when it is missing or not a number.</summary>
    public required uint? StoredDataSum { get; init; }

    /// <summary>Ones' complement sum of header and data as stored: 0xFFFFFFFF when all is well.</summary>
    public required uint ComputedHduSum { get; init; }

    /// <summary>The sixteen characters CHECKSUM should have, given the rest of the unit.</summary>
    public required string ComputedCheckSum { get; init; }

    /// <summary>CHECKSUM as stored, null when it is missing.</summary>
    public required string? StoredCheckSum { get; init; }

    /// <summary>True when no sum that is present is wrong.</summary>
    public bool Ok => (DataSumOk || !DataSumPresent) && (CheckSumOk || !CheckSumPresent);
}
