using System.Security.Cryptography;
using Parquet;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Parquet;

namespace SimClr.Fuzz;

/// <summary>Embeddings in all formats, and the partial file of a stopped 'embed'.</summary>
internal static class EmbeddingReaders
{
    private static readonly IEmbeddingFormat Parquet = new ParquetFormat();
    private static readonly EmbeddingJob Job = new("encoder", "views", "images", "data", 4, 0, 4, false, false, 100, 0);

    public static IReadOnlyList<FuzzReader> All { get; } =
    [
        Of(".npy", ["'<f4'", "'<f8'", "'<f2'", "True", "(2, 3)", "(0, 4611686018427387904)", "'descr'", "\u0093NUMPY"]),
        new("npy-companion", "e.npy.csv", folder => [Companion(folder)], ReadCompanion),
        Of(".csv", ["path", ",width", ",label", "e0", "e1", "1e39", "-0.0", "\"\""]),
        Of(
            ".safetensors",
            [
                "embeddings", "path_offsets", "paths", "labels", "\"F16\"", "\"BF16\"", "class_names", "data_offsets",
                "shape",
            ]),
        new("parquet", "e.parquet", folder => [.. Seeds(folder, ".parquet"), .. Packed()], file => Use(
            EmbeddingFile.Read(file, Parquet)))
        {
            Tokens =
            [
                "PAR1", "embedding", "path", "label", "element", "\u0015\0", "\u0015\u00ff\u00ff\u00ff\u00ff\u000f",
                "\u0019\u00fc\u00ff\u00ff\u00ff\u000f", "\u001c", "\0", "\u0016\u0080\u0080\u0080\u0080\u0010",
                "\u0018\u00ff\u00ff\u00ff\u00ff\u0007",
            ],
        },
        new("spool-record", "e.npy.part", folder => [Record(Spool(folder))], ReadSpoolRecord) { Wrap = Signed },
        new("spool", "e.npy.part", folder => [Spool(folder)], ReadSpool)
        {
            Tokens = ["SIMCLR-EMBED-1\n\n", "{\"encoder\":", "null", "\"from\":"],
        },
    ];

    private static EmbeddingTable[] Tables() =>
    [
        new(
            [.. Enumerable.Range(1, 12).Select(i => i / 7f)], 3, ["a.jpg", "b/c.jpg", "d,\"e\".jpg", "é.png"],
            [1, 0, 1, 2], ["cat", "dog", "ant"], [4, 5, 6, 7], [8, 9, 10, 11]),
        new([.. Enumerable.Range(1, 8).Select(i => i * 0.5f)], 2, ["a", "b", "c", "d"]),
    ];

    private static FuzzReader Of(string extension, string[] tokens)
        => new($"embeddings{extension}", $"e{extension}", folder => Seeds(folder, extension), file => Use(
            EmbeddingFile.Read(file)))
        {
            Tokens = tokens,
        };

    private static byte[][] Seeds(string folder, string extension)
        => [.. Tables().Select(table => ReaderCatalog.Written(
            folder, $"s{extension}", file => EmbeddingFile.Write(file, table, Parquet)))];

    /// <summary>Parquet with each compression method.</summary>
    private static IEnumerable<byte[]> Packed()
    {
        foreach (CompressionMethod method in new[]
        {
            CompressionMethod.None, CompressionMethod.Gzip, CompressionMethod.Zstd, CompressionMethod.Brotli,
            CompressionMethod.LZ4,
        })
        {
            EmbeddingTable table = Tables()[0];
            var stream = new MemoryStream();
            var columns = new ParquetColumns(sized: true, labeled: true);
            var group = new ParquetGroup(columns, table.Dimension, table.Count);
            for (int row = 0; row < table.Count; row++)
            {
                group.Add(table, row);
            }

            ParquetWriter writer =
                ParquetWriter.CreateAsync(columns.Schema, stream, Options(method)).GetAwaiter().GetResult();
            group.WriteAsync(writer).GetAwaiter().GetResult();
            writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
            yield return stream.ToArray();
        }
    }

    private static ParquetOptions Options(CompressionMethod method)
    {
        var options = new ParquetOptions { CompressionMethod = method };
        options.ColumnEncodingHints["label"] = EncodingHint.Dictionary;
        return options;
    }

    private static string? Use(EmbeddingTable table)
    {
        _ = table.Paths.Sum(path => path.Length) + table.Values.Length;
        return null;
    }

    private static byte[] Companion(string folder)
    {
        EmbeddingFile.Write(Path.Combine(folder, "c.npy"), Tables()[0]);
        return File.ReadAllBytes(Path.Combine(folder, "c.npy.csv"));
    }

    private static string? ReadCompanion(string file)
    {
        byte[] companion = File.ReadAllBytes(file);
        string matrix = file[..^".csv".Length];
        EmbeddingFile.Write(matrix, Tables()[0]);
        File.WriteAllBytes(file, companion);
        return Use(EmbeddingFile.Read(matrix));
    }

    private static InMemoryDataSet Images()
        => new([.. Enumerable.Range(0, 4).Select(i => new RgbImage(1, 1, new byte[] { (byte)i, 0, 0 }))]);

    private static EmbeddedBlock[] Blocks() =>
    [
        new(2, [0, 1], [(4, 5), (6, 7)], [1, 2, 3, 4]),
        new(4, [3], [(8, 9)], [5, 6]),
    ];

    private static byte[] Spool(string folder)
    {
        using InMemoryDataSet images = Images();
        return ReaderCatalog.Written(folder, "s.part", file =>
        {
            using EmbeddingSpool spool = EmbeddingSpool.Open(file, Job, images, new SkippedImages(images));
            spool.Append(Blocks()[0], []);
            spool.Append(Blocks()[1], [("memory[2]", "broken")]);
        });
    }

    /// <summary>The first record of a file, without its length and checksum.</summary>
    private static byte[] Record(byte[] file)
    {
        int begin = RecordsFrom(file);
        return file[(begin + 12)..(begin + 12 + BitConverter.ToInt32(file, begin))];
    }

    private static int RecordsFrom(byte[] file) => 20 + BitConverter.ToInt32(file, 16);

    private static byte[] Signed(byte[] record)
    {
        string folder = Directory.CreateTempSubdirectory("simclr-fuzz-").FullName;
        byte[] file = Spool(folder);
        Directory.Delete(folder, recursive: true);
        return
        [
            .. file[..RecordsFrom(file)],
            .. BitConverter.GetBytes(record.Length),
            .. SHA256.HashData(record)[..8],
            .. record,
        ];
    }

    private static string? ReadSpoolRecord(string file)
    {
        using InMemoryDataSet images = Images();
        using EmbeddingSpool spool = EmbeddingSpool.Open(file, Job, images, new SkippedImages(images));
        return spool.Rows > 0 && spool.ToRows().Blocks().Sum(block => block.Count) < 0 ? "" : null;
    }

    /// <summary>Checks that the result is a prefix of what was written: each record has a checksum.</summary>
    private static string? ReadSpool(string file)
    {
        using InMemoryDataSet images = Images();
        using EmbeddingSpool spool = EmbeddingSpool.Open(file, Job, images, new SkippedImages(images));
        if (spool.Rows > 0)
        {
            float[] values = [.. spool.ToRows().Blocks().SelectMany(block => block.Values)];
            float[] written = [.. Blocks().SelectMany(block => block.Values)];
            if (!values.AsSpan().SequenceEqual(written.AsSpan(0, Math.Min(values.Length, written.Length)))
                || values.Length > written.Length)
            {
                throw new InvalidOperationException($"wrong numbers under a checksum: {string.Join(' ', values)}");
            }
        }

        return null;
    }
}
