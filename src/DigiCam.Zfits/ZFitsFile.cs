using System.Diagnostics.CodeAnalysis;
using DigiCam.Zfits.Fits;
using DigiCam.Zfits.Tables;
using Microsoft.Win32.SafeHandles;

namespace DigiCam.Zfits;

/// <summary>A zfits file opened for reading. Opening reads and checks the headers only; tiles are read when they are asked for.
/// All members may be used from several threads at once. Opening neither changes the file nor keeps others from writing or deleting it.</summary>
public sealed class ZFitsFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private long _bytesRead;

    private ZFitsFile(string path, SafeFileHandle handle, long length, bool readHeaders)
    {
        Path = path;
        Length = length;
        _handle = handle;
        Hdus = [];
        Tables = [];
        if (!readHeaders) return;
        Hdus = FitsReader.ReadAll(this);
        Tables = [.. Hdus.Where(hdu => TableHeader.IsZFits(hdu.Header)).Select(hdu => new ZFitsTable(this, hdu))];
        if (Tables.Count == 0)
        {
            string found = string.Join(", ", Hdus.Select(hdu => hdu.Index == 0 ? "primary" : hdu.Name.Length > 0 ? hdu.Name : "unnamed"));
            throw new ZFitsFormatException($"no zfits table in this FITS file (a BINTABLE with ZTABLE = T); its HDUs: {found}", new ZFitsLocation { Path = path });
        }
    }

    /// <summary>The path the file was opened with.</summary>
    public string Path { get; }

    /// <summary>Length of the file when it was opened [bytes].</summary>
    public long Length { get; }

    /// <summary>Every header and data unit in file order, zfits table or not.</summary>
    public IReadOnlyList<FitsHdu> Hdus { get; }

    /// <summary>The zfits tables in file order; at least one.</summary>
    public IReadOnlyList<ZFitsTable> Tables { get; }

    internal SafeFileHandle Handle => _handle;

    /// <summary>Bytes read from the file so far, headers included.</summary>
    internal long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Opens a file and reads its headers.</summary>
    /// <param name="path">Path of the file.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a directory or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="ZFitsFormatException">Not a zfits file, or a damaged one.</exception>
    /// <exception cref="ZFitsNotSupportedException">A zfits table of another flavour (no protobuf messages).</exception>
    public static ZFitsFile Open(string path) => Open(path, readHeaders: true);

    /// <summary>Opens a file whose headers may be wrong; it shows no tables.</summary>
    internal static ZFitsFile OpenUnread(string path) => Open(path, readHeaders: false);

    private static ZFitsFile Open(string path, bool readHeaders)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("zfits files are read on little-endian machines only");
        if (Directory.Exists(path)) throw new IOException($"{path} is a directory, not a zfits file.");
        if (!File.Exists(path)) throw new FileNotFoundException($"File {path} does not exist.", path);
        SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
        try
        {
            return new ZFitsFile(path, handle, LengthOf(path, handle), readHeaders);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The table of this name; the first one if there are several.</summary>
    /// <exception cref="ZFitsFormatException">There is no such table; the message names those present.</exception>
    public ZFitsTable GetTable(string name)
    {
        if (TryGetTable(name, out ZFitsTable? table)) return table;
        throw new ZFitsFormatException($"no table {name}; tables present: {string.Join(", ", Tables.Select(t => t.Name))}", new ZFitsLocation { Path = Path });
    }

    /// <summary>Looks a table up by its name; the first one if there are several.</summary>
    public bool TryGetTable(string name, [NotNullWhen(true)] out ZFitsTable? table)
    {
        ArgumentNullException.ThrowIfNull(name);
        table = Tables.FirstOrDefault(t => t.Name == name);
        return table is not null;
    }

    /// <summary>Closes the file. Data handed out before stay valid.</summary>
    public void Dispose() => _handle.Dispose();

    /// <summary>Name of the file, its tables and size, in one line.</summary>
    public override string ToString() => FormattableString.Invariant($"{System.IO.Path.GetFileName(Path)}: {Tables.Count} table{(Tables.Count == 1 ? "" : "s")}, {Length} bytes");

    /// <summary>Fills the buffer from an offset in the file.</summary>
    /// <exception cref="EndOfStreamException">The file has become shorter since it was opened.</exception>
    internal void ReadExactly(long offset, Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        Interlocked.Add(ref _bytesRead, buffer.Length);
        while (buffer.Length > 0)
        {
            int count = RandomAccess.Read(_handle, buffer, offset);
            if (count == 0) throw new EndOfStreamException($"File {Path} has become shorter while it was read.");
            buffer = buffer[count..];
            offset += count;
        }
    }

    private static long LengthOf(string path, SafeFileHandle handle)
    {
        try
        {
            return RandomAccess.GetLength(handle);
        }
        catch (NotSupportedException e)
        {
            throw new IOException($"{path} is not a regular file.", e);
        }
    }
}
