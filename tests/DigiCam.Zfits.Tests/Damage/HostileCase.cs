namespace DigiCam.Zfits.Tests.Damage;

/// <summary>One variation of the small file, and the error it must end in.</summary>
/// <param name="Name">Name of the case.</param>
/// <param name="Message">Essential part of the error message.</param>
internal sealed record HostileCase(string Name, string Message)
{
    /// <summary>Changes the parts of the file before it is put together.</summary>
    public Action<TableImage> Rebuild { get; init; } = _ => { };

    /// <summary>Changes bytes of the file that was put together; the sums are made right afterwards.</summary>
    public Action<TableBytes> Patch { get; init; } = _ => { };

    /// <summary>Cuts the finished file, or changes it without making the sums right.</summary>
    public Func<TableBytes, byte[]> Cut { get; init; } = file => file.Bytes;

    /// <summary>The tile whose reading fails; null when the file cannot be opened.</summary>
    public int? Tile { get; init; }

    /// <summary>The column that is to be blamed; null when it is not a matter of one column.</summary>
    public string? Column { get; init; }

    /// <summary>True when the other columns of the tile can be read.</summary>
    public bool IsOneColumn { get; init; }

    /// <summary>The row of the table that is to be blamed.</summary>
    public long? Row { get; init; }

    /// <summary>The HDU that is to be blamed, null when it is the whole file.</summary>
    public int? Hdu { get; init; } = 1;

    /// <summary>True when the name of the table is known at that point.</summary>
    public bool NamesTable { get; init; } = true;

    /// <summary>The place in the file that is to be blamed.</summary>
    public required Func<TableBytes, long?> Offset { get; init; }

    /// <summary>True when the file is legal as far as can be told, but cannot be decoded.</summary>
    public bool IsNotSupported { get; init; }

    /// <summary>The file.</summary>
    public (TableBytes Layout, byte[] Bytes) Make(byte[] good)
    {
        TableImage image = new(good);
        Rebuild(image);
        TableBytes file = image.Build();
        Patch(file);
        file.Seal();
        return (file, Cut(file));
    }

    public override string ToString() => Name;
}
