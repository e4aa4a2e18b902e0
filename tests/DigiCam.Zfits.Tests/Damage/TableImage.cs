using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace DigiCam.Zfits.Tests.Damage;

/// <summary>A file with one zfits table taken apart. Anything can be changed before it is put together again; sizes, catalog, PCOUNT and the
/// sums are then made anew, so that a defect is found by its own check and not by another one.</summary>
internal sealed class TableImage
{
    private const int CardSize = 80;
    private const int FitsBlock = 2880;

    private readonly byte[] _primary;
    private readonly List<string> _cards = [];

    /// <summary>Takes a valid file apart. Does so by the format description alone: the reader that is to be tested has no part in it.</summary>
    public TableImage(byte[] file)
    {
        _primary = file[..FitsBlock];
        int at = FitsBlock;
        for (; !CardAt(file, at).StartsWith("END ", StringComparison.Ordinal); at += CardSize) _cards.Add(CardAt(file, at));
        int data = (at / FitsBlock + 1) * FitsBlock;
        int columns = (int)Get("TFIELDS");
        int heap = data + (int)Get("ZHEAPPTR");
        ReservedTiles = (int)(Get("ZHEAPPTR") / Get("NAXIS1"));
        int position = heap;
        for (long tile = Get("NAXIS2"); tile > 0; tile--)
        {
            TileImage image = new(BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(position + 4)));
            position += 16;
            for (int column = 0; column < columns; column++)
            {
                int size = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(position));
                ushort[] processes = new ushort[file[position + 9]];
                for (int i = 0; i < processes.Length; i++) processes[i] = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(position + 10 + 2 * i));
                image.Blocks.Add(new BlockImage(processes, file[(position + 10 + 2 * processes.Length)..(position + size)]));
                position += size;
            }

            Tiles.Add(image);
        }
    }

    /// <summary>The tiles in the order of the heap.</summary>
    public List<TileImage> Tiles { get; } = [];

    /// <summary>Number of tiles the catalog has room for.</summary>
    public int ReservedTiles { get; set; }

    /// <summary>The integer value of a card.</summary>
    public long Get(string keyword)
    {
        int at = Find(keyword);
        return at < 0 ? throw new InvalidOperationException($"no card {keyword}") : long.Parse(_cards[at].AsSpan(10, 20), provider: CultureInfo.InvariantCulture);
    }

    /// <summary>Replaces the value of a card, or adds a card; quotes are part of the value.</summary>
    public void Set(string keyword, string value)
    {
        string card = $"{keyword,-8}= {value}".PadRight(CardSize);
        int at = Find(keyword);
        if (at < 0) _cards.Add(card);
        else _cards[at] = card;
    }

    /// <summary>Adds a card as it is.</summary>
    public void Add(string card) => _cards.Add(card.PadRight(CardSize));

    /// <summary>Takes a card out.</summary>
    public void Remove(string keyword)
    {
        int at = Find(keyword);
        if (at < 0) throw new InvalidOperationException($"no card {keyword}");
        _cards.RemoveAt(at);
    }

    /// <summary>Puts the file together.</summary>
    public TableBytes Build()
    {
        long width = Get("NAXIS1");
        long catalog = width * Tiles.Count;
        long heap = width * ReservedTiles;
        List<int> tiles = [];
        List<int[]> blocks = [];
        MemoryStream body = new();
        foreach (TileImage tile in Tiles)
        {
            tiles.Add((int)body.Length);
            blocks.Add([.. tile.Blocks.Select((_, i) => (int)body.Length + 16 + tile.Blocks.Take(i).Sum(block => block.Size))]);
            tile.WriteTo(body);
        }

        long parameters = heap - catalog + body.Length;
        foreach ((string keyword, long value) in new[] { ("PCOUNT", parameters), ("ZHEAPPTR", heap), ("THEAP", catalog) }) Set(keyword, value.ToString(CultureInfo.InvariantCulture).PadLeft(20));
        string header = string.Concat(_cards) + "END".PadRight(CardSize);
        int headerLength = (header.Length + FitsBlock - 1) / FitsBlock * FitsBlock;
        int data = FitsBlock + headerLength;
        byte[] bytes = new byte[data + (int)((heap + body.Length + FitsBlock - 1) / FitsBlock * FitsBlock)];
        _primary.CopyTo(bytes, 0);
        Encoding.ASCII.GetBytes(header.PadRight(headerLength)).CopyTo(bytes, FitsBlock);
        body.ToArray().CopyTo(bytes, data + (int)heap);
        for (int tile = 0; tile < Tiles.Count; tile++)
        {
            for (int column = 0; column < Tiles[tile].Blocks.Count; column++)
            {
                Span<byte> entry = bytes.AsSpan((int)(data + tile * width + 16 * column), 16);
                BinaryPrimitives.WriteInt64BigEndian(entry, Tiles[tile].Blocks[column].Size);
                BinaryPrimitives.WriteInt64BigEndian(entry[8..], blocks[tile][column]);
            }
        }

        int start = data + (int)heap;
        TableBytes result = new(bytes, FitsBlock, data, (int)width, start + (int)body.Length, [.. tiles.Select(at => start + at)], [.. blocks.Select(tile => Array.ConvertAll(tile, at => start + at))]);
        result.Seal();
        return result;
    }

    private int Find(string keyword)
    {
        string start = $"{keyword,-8}= ";
        return _cards.FindIndex(card => card.StartsWith(start, StringComparison.Ordinal));
    }

    private static string CardAt(byte[] file, int at) => Encoding.ASCII.GetString(file, at, CardSize);
}
