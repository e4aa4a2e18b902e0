using System.Buffers.Binary;
using System.Text;

namespace DigiCam.Exchange;

/// <summary>
/// Writes HDF5 files in the form PyTables gives them: superblock 0, groups with symbol tables, contiguous arrays, attributes of fixed length, empty texts without a
/// dataspace, bool as bits in a byte. Equal content gives equal bytes.
/// </summary>
/// <remarks>
/// Source: HDF5 File Format Specification, version 2.0, and the files of PyTables 3. The HDF5 library of the kit's own files has one length of texts for a whole file, and
/// every text in UTF-8: readers of pickled attributes and of arrays of names need it otherwise. Numbers are little-endian.
/// </remarks>
internal sealed class PyTablesWriter
{
    private const ulong Undefined = ulong.MaxValue;
    private const int SuperblockLength = 96;
    private const int LeafEntries = 8;
    private const int TreeEntries = 32;
    private const int SymbolLength = 40;

    private readonly MemoryStream _file = new();

    public PyTablesWriter() => Append(new byte[SuperblockLength]);

    /// <summary>A text of fixed length: as long as it is; ASCII where it is a pickled object.</summary>
    public static PyTablesAttribute Text(string name, string text, bool isUtf8 = true)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length == 0 ? new PyTablesAttribute(name, StringType(1, isUtf8: true), NullSpace(), []) : new PyTablesAttribute(name, StringType(bytes.Length, isUtf8), Space([]), bytes);
    }

    /// <summary>A whole number.</summary>
    public static PyTablesAttribute Number(string name, long value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return new PyTablesAttribute(name, Int64Type(), Space([]), bytes);
    }

    /// <summary>True or false.</summary>
    public static PyTablesAttribute Bool(string name, bool value) => new(name, BoolType(), Space([]), [value ? (byte)1 : (byte)0]);

    /// <summary>Writes an array of float64.</summary>
    /// <returns>Where it is.</returns>
    public ulong AddDoubles(ReadOnlySpan<double> values, int[] shape, params PyTablesAttribute[] attributes)
    {
        byte[] bytes = new byte[8 * values.Length];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(8 * i), values[i]);
        return AddArray(DoubleType(), bytes, shape, attributes);
    }

    /// <summary>Writes an array of int64.</summary>
    /// <returns>Where it is.</returns>
    public ulong AddIntegers(ReadOnlySpan<long> values, int[] shape, params PyTablesAttribute[] attributes)
    {
        byte[] bytes = new byte[8 * values.Length];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8 * i), values[i]);
        return AddArray(Int64Type(), bytes, shape, attributes);
    }

    /// <summary>Writes an array of bool.</summary>
    /// <returns>Where it is.</returns>
    public ulong AddBools(ReadOnlySpan<bool> values, int[] shape, params PyTablesAttribute[] attributes)
    {
        byte[] bytes = new byte[values.Length];
        for (int i = 0; i < values.Length; i++) bytes[i] = values[i] ? (byte)1 : (byte)0;
        return AddArray(BoolType(), bytes, shape, attributes);
    }

    /// <summary>Writes an array of texts, all filled up with zeros to the length of the longest.</summary>
    /// <returns>Where it is.</returns>
    public ulong AddTexts(IReadOnlyList<string> values, params PyTablesAttribute[] attributes)
    {
        byte[][] texts = [.. values.Select(Encoding.UTF8.GetBytes)];
        int length = Math.Max(texts.Max(text => text.Length), 1);
        byte[] bytes = new byte[length * texts.Length];
        for (int i = 0; i < texts.Length; i++) texts[i].CopyTo(bytes, i * length);
        return AddArray(StringType(length, isUtf8: false), bytes, [texts.Length], attributes);
    }

    /// <summary>Writes a group.</summary>
    /// <returns>Where it is.</returns>
    public ulong AddGroup(IEnumerable<(string Name, ulong Address)> children, params PyTablesAttribute[] attributes)
    {
        (string Name, ulong Address)[] sorted = [.. children.OrderBy(child => child.Name, StringComparer.Ordinal)];
        if (sorted.Length > LeafEntries) throw new ArgumentException(FormattableString.Invariant($"{sorted.Length} children in one group, room is for {LeafEntries}"), nameof(children));

        // The heap of names begins with an empty one.
        List<byte> names = [.. new byte[8]];
        int[] places = new int[sorted.Length];
        for (int i = 0; i < sorted.Length; i++)
        {
            places[i] = names.Count;
            names.AddRange(Encoding.UTF8.GetBytes(sorted[i].Name));
            do names.Add(0);
            while (names.Count % 8 != 0);
        }

        ulong segment = Append([.. names]);
        ulong heap = Append([.. "HEAP"u8, 0, 0, 0, 0, .. Bytes((ulong)names.Count), .. Bytes(1), .. Bytes(segment)]);
        byte[] node = new byte[8 + (LeafEntries * SymbolLength)];
        "SNOD"u8.CopyTo(node);
        node[4] = 1;
        node[6] = (byte)sorted.Length;
        for (int i = 0; i < sorted.Length; i++) Symbol((ulong)places[i], sorted[i].Address).CopyTo(node, 8 + (i * SymbolLength));
        ulong leaf = Append(node);
        byte[] tree = new byte[24 + (8 * ((2 * TreeEntries) + 1))];
        byte[] start = [.. "TREE"u8, 0, 0, (byte)(sorted.Length > 0 ? 1 : 0), 0, .. Bytes(Undefined), .. Bytes(Undefined), .. Bytes(0), .. Bytes(leaf), .. Bytes((ulong)places.LastOrDefault())];
        start.CopyTo(tree, 0);
        ulong index = Append(tree);
        return AddHeader([Message(0x11, [.. Bytes(index), .. Bytes(heap)]), .. attributes.Select(Encode)]);
    }

    /// <summary>Completes the file with its outermost group.</summary>
    public byte[] Finish(ulong root)
    {
        byte[] file = _file.ToArray();
        byte[] superblock =
        [
            0x89, .. "HDF\r\n"u8, 0x1a, .. "\n"u8, 0, 0, 0, 0, 0, 8, 8, 0, LeafEntries / 2, 0, TreeEntries / 2, 0, 0, 0, 0, 0,
            .. Bytes(0), .. Bytes(Undefined), .. Bytes((ulong)file.Length), .. Bytes(Undefined), .. Symbol(0, root),
        ];
        superblock.CopyTo(file, 0);
        return file;
    }

    private ulong AddArray(byte[] type, byte[] content, int[] shape, PyTablesAttribute[] attributes)
    {
        ulong address = Append(content);
        return AddHeader(
        [
            Message(0x01, Space(shape)), Message(0x03, type, isConstant: true),

            // No fill value: all is written.
            Message(0x05, [2, 1, 2, 0], isConstant: true), Message(0x08, [3, 1, .. Bytes(address), .. Bytes((ulong)content.Length)]), .. attributes.Select(Encode),
        ]);
    }

    private ulong AddHeader(byte[][] messages)
    {
        byte[] start = new byte[16];
        start[0] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(start.AsSpan(2), checked((ushort)messages.Length));
        start[4] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(start.AsSpan(8), (uint)messages.Sum(message => message.Length));
        return Append([.. start, .. messages.SelectMany(message => message)]);
    }

    private ulong Append(byte[] bytes)
    {
        ulong address = (ulong)_file.Length;
        _file.Write(bytes);
        _file.Write(new byte[Padding(bytes.Length)]);
        return address;
    }

    private static byte[] Message(byte type, byte[] content, bool isConstant = false)
    {
        int length = content.Length + Padding(content.Length);
        byte[] message = new byte[8 + length];
        message[0] = type;
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(2), checked((ushort)length));
        message[4] = isConstant ? (byte)1 : (byte)0;
        content.CopyTo(message, 8);
        return message;
    }

    private static byte[] Encode(PyTablesAttribute attribute)
    {
        byte[] name = [.. Encoding.ASCII.GetBytes(attribute.Name), 0];
        byte[] start = new byte[8];
        start[0] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(start.AsSpan(2), (ushort)name.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(start.AsSpan(4), (ushort)attribute.Type.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(start.AsSpan(6), (ushort)attribute.Space.Length);
        return Message(0x0c, [.. start, .. Padded(name), .. Padded(attribute.Type), .. Padded(attribute.Space), .. attribute.Content]);
    }

    private static byte[] Space(int[] shape)
    {
        byte[] space = new byte[8 + (8 * shape.Length)];
        space[0] = 1;
        space[1] = (byte)shape.Length;
        for (int i = 0; i < shape.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(space.AsSpan(8 + (8 * i)), (ulong)shape[i]);
        return space;
    }

    private static byte[] NullSpace() => [2, 0, 0, 2];

    private static byte[] Int64Type() => [0x10, 8, 0, 0, 8, 0, 0, 0, 0, 0, 64, 0];

    private static byte[] DoubleType() => [0x11, 0x20, 0x3f, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 0xff, 0x03, 0, 0];

    private static byte[] BoolType() => [0x14, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0];

    private static byte[] StringType(int length, bool isUtf8)
    {
        byte[] type = [0x13, isUtf8 ? (byte)0x10 : (byte)0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32LittleEndian(type.AsSpan(4), length);
        return type;
    }

    private static byte[] Symbol(ulong name, ulong address) => [.. Bytes(name), .. Bytes(address), .. new byte[24]];

    private static byte[] Bytes(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Padded(byte[] bytes) => [.. bytes, .. new byte[Padding(bytes.Length)]];

    private static int Padding(int length) => (8 - (length % 8)) % 8;
}

/// <summary>An attribute for <see cref="PyTablesWriter"/>, encoded.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its datatype message.</param>
/// <param name="Space">Its dataspace message.</param>
/// <param name="Content">Its value.</param>
internal sealed record PyTablesAttribute(string Name, byte[] Type, byte[] Space, byte[] Content);
