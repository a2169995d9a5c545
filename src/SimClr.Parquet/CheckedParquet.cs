using System.Buffers.Binary;
using System.Text;
using SimClr.Internals;

namespace SimClr.Parquet;

/// <summary>
/// A Parquet file in a form that the Parquet package reads safely. The package trusts the contents of a file: it
/// follows cyclic page references, never stops reading a number that is cut off by the end of the footer, and allocates
/// whatever sizes are claimed. Here, the footer and page headers are first read and checked
/// (https://github.com/apache/parquet-format), then rewritten with only the checked contents. The pages themselves are
/// ranges of the file.
/// </summary>
internal sealed class CheckedParquet
{
    private const int MaxDepth = 16;
    private const int MaxColumns = 10_000;
    private const int TypicalHeaderBytes = 1 << 12;
    private const int MaxFooterBytes = 1 << 26;
    private const int TailBytes = 8;

    private readonly FileStream file;
    private readonly SegmentStream written;
    private readonly HashSet<string> columns;
    private long footerBegin;
    private long taken;

    private CheckedParquet(FileStream file, SegmentStream written, IEnumerable<string> columns)
    {
        this.file = file;
        this.written = written;
        this.columns = [.. columns];
    }

    private static ReadOnlySpan<byte> Magic => "PAR1"u8;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="columns">
    /// The columns to read, by the first part of their names. Other columns appear without pages.
    /// </param>
    /// <exception cref="InvalidDataException">The file is not a Parquet file or contradicts itself.</exception>
    public static Stream Open(string path, params IEnumerable<string> columns)
    {
        FileStream file = RegularFile.OpenRead(path);
        var written = new SegmentStream(file);
        try
        {
            new CheckedParquet(file, written, columns).Check();
            return written;
        }
        catch
        {
            written.Dispose();
            throw;
        }
    }

    private void Check()
    {
        ThriftStruct footer = ReadFooter();
        RequireTree([.. footer.Structs(2)]);
        written.Add(Magic.ToArray());
        object[] groups = [.. footer.Structs(4).Select(Group)];
        long rows = groups.Sum(group => ((ThriftStruct)group).Number<long>(3)!.Value);
        if (rows > file.Length)
        {
            throw new InvalidDataException($"{rows} rows in a file of {file.Length} bytes");
        }

        byte[] clean = ThriftWriter.Write(new ThriftStruct()
            .With(1, 1)
            .With(2, footer.Structs(2).Select(Column).ToList<object>())
            .With(3, rows)
            .With(4, groups.ToList())
            .With(5, footer.Structs(5)
                .Select(entry => new ThriftStruct().With(1, entry.Find<byte[]>(1)).With(2, entry.Find<byte[]>(2)))
                .ToList<object>()));
        byte[] tail = new byte[TailBytes];
        BinaryPrimitives.WriteInt32LittleEndian(tail, clean.Length);
        Magic.CopyTo(tail.AsSpan(4));
        written.Add(clean);
        written.Add(tail);
    }

    private ThriftStruct ReadFooter()
    {
        byte[] tail = new byte[TailBytes];
        byte[] head = new byte[Magic.Length];
        if (file.Length >= Magic.Length + TailBytes)
        {
            file.ReadExactly(head);
            file.Position = file.Length - TailBytes;
            file.ReadExactly(tail);
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(tail);
        footerBegin = file.Length - TailBytes - length;
        bool possible = head.AsSpan().SequenceEqual(Magic)
            && tail.AsSpan(4).SequenceEqual(Magic)
            && length is > 0 and <= MaxFooterBytes
            && footerBegin >= Magic.Length;
        return possible
            ? new ThriftReader(ReadAt(footerBegin, length)).Read()
            : throw new InvalidDataException("it does not begin and end like a Parquet file, or its footer is damaged");
    }

    private byte[] ReadAt(long at, int length)
    {
        byte[] bytes = new byte[length];
        file.Position = at;
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>
    /// Checks that the schema is a tree. It is written depth first: each element states the number of its children,
    /// which follow it.
    /// </summary>
    private static void RequireTree(ThriftStruct[] elements)
    {
        var open = new Stack<int>([1]);
        for (int i = 0; i < elements.Length && open.Count > 0; i++)
        {
            open.Push(open.Pop() - 1);
            int children = elements[i].Number<int>(5) ?? 0;
            if (children < 0
                || children > elements.Length
                || open.Count > MaxDepth
                || elements[i].Find<byte[]>(4) is null)
            {
                throw new InvalidDataException("its schema is not a tree of columns");
            }

            open.Push(children);
            while (open.TryPeek(out int left) && left == 0)
            {
                open.Pop();
            }

            if (open.Count == 0 && i < elements.Length - 1)
            {
                throw new InvalidDataException("its schema has columns outside the tree");
            }
        }

        if (open.Count > 0 || elements.Length > MaxColumns)
        {
            throw new InvalidDataException($"its schema lacks columns, or has more than {MaxColumns}");
        }
    }

    // The newer annotation of text is converted to the older one, which the package also supports.
    private static ThriftStruct Column(ThriftStruct element) => new ThriftStruct()
        .With(1, element.Number<int>(1))
        .With(2, element.Number<int>(2))
        .With(3, element.Number<int>(3))
        .With(
            4, element.Find<byte[]>(4))
        .With(5, element.Number<int>(5))
        .With(6, element.Number<int>(6) ?? (element.Find<ThriftStruct>(10)?.Has(1) == true ? 0 : null))
        .With(7, element.Number<int>(7))
        .With(8, element.Number<int>(8));

    private ThriftStruct Group(ThriftStruct group)
    {
        long rows = group.Number<long>(3) is >= 0 and var count ? count
            : throw new InvalidDataException("a row group without a number of rows");
        var chunks = new List<object>();
        foreach (ThriftStruct chunk in group.Structs(1))
        {
            ThriftStruct about = chunk.Find<ThriftStruct>(3)
                ?? throw new InvalidDataException("a column without metadata");
            if (about.Find<List<object>>(3) is [byte[] name, ..] && columns.Contains(Encoding.UTF8.GetString(name)))
            {
                chunks.Add(Chunk(about));
            }
        }

        return new ThriftStruct().With(1, chunks).With(2, 0L).With(3, rows);
    }

    private ThriftStruct Chunk(ThriftStruct about)
    {
        long begin = written.Length;
        long values = about.Number<long>(5) ?? -1;
        int codec = about.Number<int>(4) ?? 0;
        long next = new[] { about.Number<long>(9), about.Number<long>(10), about.Number<long>(11) }
            .Where(at => at is > 0)
            .Min() ?? 0;
        if (values < 0 || next < Magic.Length)
        {
            throw new InvalidDataException($"a column of {values} values at byte {next}");
        }

        for (long seen = 0; seen < values;)
        {
            (ThriftStruct header, int headerBytes) = ReadHeader(next);
            ParquetPage page = ParquetPage.Parse(header, values - seen);
            next += headerBytes;
            taken += headerBytes + page.Bytes;
            if (next + page.Bytes > footerBegin || taken > file.Length)
            {
                throw new InvalidDataException(
                    $"a page of {page.Bytes} bytes at byte {next}, beyond the end or repeated");
            }

            page.RequireSizes(codec, ReadAt(next, page.Bytes), file.Length);
            written.Add(ThriftWriter.Write(page.Header));
            written.Add(next, page.Bytes);
            next += page.Bytes;
            seen += page.Values;
        }

        return new ThriftStruct().With(2, begin).With(3, new ThriftStruct()
            .With(1, about.Number<int>(1)).With(2, new List<object>()).With(3, Names(about)).With(4, codec).With(
                5, values)
            .With(6, written.Length - begin).With(7, written.Length - begin).With(9, begin));
    }

    private static List<object> Names(ThriftStruct about)
        => about.Find<List<object>>(3) is { Count: <= MaxDepth } names && names.TrueForAll(name => name is byte[])
            ? names
            : throw new InvalidDataException("a column whose name is not text");

    private (ThriftStruct Header, int Bytes) ReadHeader(long at)
    {
        if (at >= footerBegin)
        {
            throw new InvalidDataException($"a page at byte {at}, where the footer is");
        }

        // A header contains the minimum and maximum values of its page, which may be long strings.
        long left = Math.Min(footerBegin - at, Array.MaxLength);
        for (long length = TypicalHeaderBytes; ; length *= 16)
        {
            var reader = new ThriftReader(ReadAt(at, (int)Math.Min(length, left)));
            try
            {
                ThriftStruct header = reader.Read();
                return (header, reader.Position);
            }
            catch (InvalidDataException) when (length < left)
            {
                if (!reader.LacksBytes)
                {
                    throw;
                }
            }
        }
    }
}
