using System.Runtime.InteropServices;
using System.Text;

namespace DigiCam.Zfits;

/// <summary>The values of one row, a copy that stays valid. Immutable.</summary>
public sealed class ZFitsRow
{
    private readonly ZFitsColumn[] _columns;
    private readonly byte[][] _values;
    private readonly bool[] _unset;

    private ZFitsRow(long row, ZFitsColumn[] columns, byte[][] values, bool[] unset)
    {
        Row = row;
        _columns = columns;
        _values = values;
        _unset = unset;
    }

    /// <summary>Number of the row in the table, from 0.</summary>
    public long Row { get; }

    /// <summary>The columns, in the order they were asked for.</summary>
    public IReadOnlyList<ZFitsColumn> Columns => _columns;

    /// <summary>True when the column has no data in the tile of this row.</summary>
    /// <exception cref="ArgumentException">The column was not asked for.</exception>
    public bool IsUnset(string name) => _unset[IndexOf(name)];

    /// <summary>The little-endian bytes of the elements.</summary>
    /// <exception cref="ArgumentException">The column was not asked for.</exception>
    public ReadOnlySpan<byte> GetBytes(string name) => _values[IndexOf(name)];

    /// <summary>The elements as a new array.</summary>
    /// <typeparam name="T">The .NET type of the elements.</typeparam>
    /// <exception cref="ArgumentException">The column was not asked for.</exception>
    /// <exception cref="InvalidOperationException">The column holds elements of another type.</exception>
    public T[] GetArray<T>(string name) where T : unmanaged
    {
        int index = IndexOf(name);
        ZFitsElementTypes.Check<T>(_columns[index].ElementType, name);
        return MemoryMarshal.Cast<byte, T>(_values[index]).ToArray();
    }

    /// <summary>The single value; the default value when the row is unset.</summary>
    /// <typeparam name="T">The .NET type of the elements.</typeparam>
    /// <exception cref="ArgumentException">The column was not asked for.</exception>
    /// <exception cref="InvalidOperationException">The column holds elements of another type, or the row has another number of elements.</exception>
    public T GetScalar<T>(string name) where T : unmanaged
    {
        int index = IndexOf(name);
        ZFitsElementTypes.Check<T>(_columns[index].ElementType, name);
        if (_unset[index]) return default;
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(_values[index]);
        return values.Length == 1 ? values[0] : throw new InvalidOperationException($"row {Row} of column {name} has {values.Length} elements, not one");
    }

    /// <summary>The text, read as UTF-8; empty when the row is unset.</summary>
    /// <exception cref="ArgumentException">The column was not asked for.</exception>
    /// <exception cref="InvalidOperationException">The column does not hold text.</exception>
    public string GetText(string name)
    {
        int index = IndexOf(name);
        if (_columns[index].ElementType != ZFitsElementType.Int8) throw new InvalidOperationException($"column {name} holds {_columns[index].ElementType} elements, not text");
        return Encoding.UTF8.GetString(_values[index]);
    }

    /// <summary>The value as a boxed number or bool (scalar), a string (text) or a new array; null when the row is unset.</summary>
    /// <exception cref="ArgumentException">The column was not asked for.</exception>
    public object? GetValue(string name)
    {
        int index = IndexOf(name);
        if (_unset[index]) return null;
        return _columns[index].ElementType switch
        {
            ZFitsElementType.Int8 when _columns[index].Kind == ZFitsColumnKind.Text => GetText(name),
            ZFitsElementType.Bool => Box<bool>(index),
            ZFitsElementType.Int8 => Box<sbyte>(index),
            ZFitsElementType.UInt8 => Box<byte>(index),
            ZFitsElementType.Int16 => Box<short>(index),
            ZFitsElementType.UInt16 => Box<ushort>(index),
            ZFitsElementType.Int32 => Box<int>(index),
            ZFitsElementType.UInt32 => Box<uint>(index),
            ZFitsElementType.Int64 => Box<long>(index),
            ZFitsElementType.UInt64 => Box<ulong>(index),
            ZFitsElementType.Float32 => Box<float>(index),
            _ => Box<double>(index),
        };
    }

    /// <summary>Copies a row out of the tile that was read last.</summary>
    internal static ZFitsRow Copy(ZFitsTileReader reader, long row)
    {
        int count = reader.Columns.Count;
        ZFitsColumn[] columns = new ZFitsColumn[count];
        byte[][] values = new byte[count][];
        bool[] unset = new bool[count];
        for (int i = 0; i < count; i++)
        {
            ColumnBlock block = reader[i];
            columns[i] = block.Column;
            values[i] = block.GetRowBytes((int)(row - reader.FirstRow)).ToArray();
            unset[i] = block.IsUnset;
        }

        return new ZFitsRow(row, columns, values, unset);
    }

    private object Box<T>(int index) where T : unmanaged
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(_values[index]);
        return _columns[index].Kind == ZFitsColumnKind.Scalar ? values[0] : values.ToArray();
    }

    private int IndexOf(string name)
    {
        for (int i = 0; i < _columns.Length; i++) if (_columns[i].Name == name) return i;
        throw new ArgumentException($"column {name} was not asked for", nameof(name));
    }
}
