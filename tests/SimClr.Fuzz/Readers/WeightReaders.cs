using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Classification;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Labels;
using static TorchSharp.torch;

namespace SimClr.Fuzz;

/// <summary>Weights: safetensors, and PyTorch's files.</summary>
internal static class WeightReaders
{
    private const int DataBytes = 38;   // The data size of both seeds, so that a header fits the data after it.

    private static readonly string[] HeaderWords =
    [
        "\"F32\"", "\"I64\"", "\"U16\"", "\"F8_E4M3\"", "\"C64\"", "\"dtype\"", "\"shape\":[]",
        "[0,4611686018427387904]", "\"data_offsets\"", "__metadata__", "simclr.sha256", "[0,0]", "{}",
    ];

    private static readonly string[] PickleWords =
    [
        "ctorch\nFloatStorage\n", "ctorch\nComplexFloatStorage\n", "ctorch._utils\n_rebuild_tensor_v2\n",
        "ctorch._utils\n_rebuild_tensor_v3\n", "ccollections\nOrderedDict\n", "ctorch._tensor\n_rebuild_from_type_v2\n",
        "cposix\nsystem\n", "cx\ny\n", "(", "t", "R", "Q", ")", "}", "]", "s", "u", "e", "a", "b", "0", "1", "2",
        "\u0085", "\u0086", "\u0087", "\u0081", "\u0092", "\u0093", "\u0094", "q\0", "h\0", "r\0\0\0\0", "j\0\0\0\0",
        "\u008a\u0008\0\0\0\0\0\0\0\u0040", "\u008b\u00ff\u00ff\u00ff\u007f", "X\u00ff\u00ff\u00ff\u007f",
        "\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f", "N", "\u0088", ".", "K\u0001",
    ];

    public static IReadOnlyList<FuzzReader> All { get; } =
    [
        new(
            "safetensors-header",
            "a.safetensors",
            folder => [Header(Safetensors(folder, Tensors(), null)), Header(Foreign())],
            Told(file => SafetensorsFile.Read(file), counts: false))
        {
            Tokens = HeaderWords,
            Wrap = text => [.. BitConverter.GetBytes((long)text.Length), .. text, .. new byte[DataBytes]],
        },
        new("safetensors", "a.safetensors", folder => [Safetensors(folder, Tensors(), null), Foreign()], Told(
            file => SafetensorsFile.Read(file), counts: false))
        {
            Tokens = HeaderWords,
        },
        new(
            "checkpoint",
            "step-1.safetensors",
            folder => [Safetensors(folder, Tensors(), Signed("simclr.sha256_whole")), EarlierCheckpoint()],
            Told(file => SafetensorsFile.ReadChecked(file), counts: true))
        {
            Tokens = HeaderWords,
            IsChecked = true,
        },
        new(
            "pth",
            "a.pth",
            folder => [Pth(folder), ReaderCatalog.Golden("state_dict.pth"), ReaderCatalog.Golden("nested.pth")],
            Told(file => PthFile.Read(file), counts: true))
        {
            Tokens =
            [
                "PK\u0001\u0002", "PK\u0003\u0004", "PK\u0005\u0006", "archive/data/0", "archive/data.pkl", "byteorder",
                "\b\0",
            ],
            IsChecked = true,
        },
        new("pth-legacy", "a.pth", _ => [ReaderCatalog.Golden("legacy.pth")], Told(
            file => PthFile.Read(file), counts: false))
        {
            Tokens = PickleWords,
        },
        new(
            "pickle",
            "data.pkl",
            folder => [
                Pickle(Pth(folder)),
                Pickle(ReaderCatalog.Golden("nested.pth")),
                Pickle(ReaderCatalog.Golden("state_dict.pth")),
                Objects()],
            ReadPickle)
        {
            Tokens = PickleWords,
        },
        new("classifier", "a.simclr", folder => [Classifier(folder)], file =>
        {
            using var classifier = ImageClassifier.Load(file);
            return $"{string.Join(", ", classifier.ClassNames)} {classifier.Temperature}";
        })
        {
            Tokens = HeaderWords,
            IsChecked = true,
            Share = 1,
        },
        new("import", "a.safetensors", folder => [Encoder(folder, own: true), Encoder(folder, own: false)], Import)
        {
            Tokens = HeaderWords,
            Share = 1,
        },
    ];

    private static Func<string, string?> Told(Func<string, IWeightsFile> read, bool counts) => file =>
    {
        using IWeightsFile content = read(file);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, Tensor tensor) in content.Tensors)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {tensor.dtype} {string.Join(' ', tensor.shape)}"));
            using Tensor own = tensor.contiguous();
            hash.AppendData(own.bytes);
        }

        return counts ? Convert.ToHexStringLower(hash.GetHashAndReset()) : null;
    };

    private static KeyValuePair<string, Tensor>[] Tensors() =>
    [
        KeyValuePair.Create("conv1.weight", tensor(new float[] { 1, -2, 3.5f, 4, 5, 6 }, [1, 2, 3])),
        KeyValuePair.Create("bn1.num_batches_tracked", tensor(7L)),
        KeyValuePair.Create("half", tensor(new float[] { 1, 2, 3 }).to_type(ScalarType.Float16)),
        KeyValuePair.Create("empty", zeros(0, 3)),
    ];

    private static Dictionary<string, string> Signed(string entry)
        => new() { ["step"] = "3", ["encoder"] = "{\"name\":\"resnet18\"}", [entry] = "" };

    private static byte[] Safetensors(
        string folder, KeyValuePair<string, Tensor>[] tensors, Dictionary<string, string>? metadata)
        => ReaderCatalog.Written(folder, "w.safetensors", file => SafetensorsFile.Write(file, tensors, metadata));

    /// <summary>The header alone.</summary>
    private static byte[] Header(byte[] file) => file[8..^DataBytes];

    private static byte[] Foreign()
    {
        byte[] header = Encoding.UTF8.GetBytes(
            "{\"a\":{\"dtype\":\"U16\",\"shape\":[2,2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F64\",\"shape\":[1],"
                + "\"data_offsets\":[8,16]},\"c\":{\"dtype\":\"F8_E4M3\",\"shape\":[22],\"data_offsets\":[16,38]}}");
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. new byte[DataBytes]];
    }

    /// <summary>A file of an earlier version: the checksum covers everything but the header's length.</summary>
    private static byte[] EarlierCheckpoint()
    {
        string digits = new('0', 64);
        string With(string sum) => $"{{\"__metadata__\":{{\"step\":\"3\",\"simclr.sha256\":\"{sum}\"}},"
            + "\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
        byte[] data = [.. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)];
        byte[] header = Encoding.UTF8.GetBytes(
            With(Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(With(digits)), .. data]))));
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. data];
    }

    private static byte[] Pth(string folder) => ReaderCatalog.Written(
        folder, "w.pth", file => PthFile.Write(file, Tensors(), new Dictionary<string, string> { ["who"] = "me" }));

    private static byte[] Pickle(byte[] pth)
    {
        using var zip = new ZipArchive(new MemoryStream(pth));
        using var bytes = new MemoryStream();
        using Stream entry = zip.Entries.First(e => e.FullName.EndsWith("data.pkl", StringComparison.Ordinal)).Open();
        entry.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>
    /// The rest of a dictionary after a tensor: typical checkpoint objects, a class as a key, an object with a state, a
    /// set, a date.
    /// </summary>
    private static byte[] Objects() =>
    [
        .. Pickle(ReaderCatalog.Golden("state_dict.pth"))[..^1], .. "("u8, .. "ccallbacks\nCheckpoint\n}"u8,
        .. "X\u0002\0\0\0aa"u8, .. "cargparse\nNamespace\n)\u0081"u8.ToArray().Where(b => b != 0xC2), .. "}b"u8,
        .. "X\u0001\0\0\0s"u8, .. "c__builtin__\nfrozenset\n]"u8, 0x85, .. "R"u8, .. "X\u0001\0\0\0d"u8,
        .. "cdatetime\ndatetime\n"u8, .. "U\u0002ab"u8, 0x85, .. "Ru."u8,
    ];

    private static string? ReadPickle(string file)
    {
        byte[] pickle = File.ReadAllBytes(file);
        (object? root, _) = PickleReader.Read(new MemoryStream(pickle), pickle.Length, file);
        _ = PthState.Find(root, file).Tensors.Count;
        return null;
    }

    private static byte[] Classifier(string folder)
    {
        var options = new EncoderOptions { Name = "resnet18", Width = 1.0 / 16, Stem = EncoderStem.Small };
        using var encoder = new TrainedEncoder(
            EncoderCatalog.Create(options, 8), options, new ViewOptions { Size = 8 });
        var table = new EmbeddingTable(
            [.. Enumerable.Range(0, 4 * encoder.Dimension).Select(i => (float)(i % 7))], encoder.Dimension,
            ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]);
        using ImageClassifier classifier = FewLabelClassifier.Fit(
            table, new() { ["a.jpg"] = "cat", ["b.jpg"] = "dog", ["c.jpg"] = "cat", ["d.jpg"] = "dog" }, encoder);
        return ReaderCatalog.Written(folder, "c.simclr", classifier.Save);
    }

    private static byte[] Encoder(string folder, bool own)
    {
        var options = new EncoderOptions { Name = "resnet18", Width = 1.0 / 16, Stem = EncoderStem.Small };
        using var encoder = new TrainedEncoder(
            EncoderCatalog.Create(options, 8), options, new ViewOptions { Size = 8 });
        return own
            ? ReaderCatalog.Written(folder, "e.safetensors", file => encoder.Save(file))
            : Safetensors(
                folder,
                [.. ModuleState.Enumerate(encoder.Module)
                    .Select(part => KeyValuePair.Create($"state_dict.{part.Key}", part.Value))],
                null);
    }

    private static string? Import(string file)
    {
        ImportedEncoder.Read(file, new ImportOptions { Normalize = Normalization.None }).Dispose();
        return null;
    }
}
