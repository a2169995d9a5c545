using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using SimClr.Data;

namespace SimClr.Fuzz;

/// <summary>Data sets in their file formats, and the archives they are downloaded in.</summary>
internal static class SetReaders
{
    public static IReadOnlyList<FuzzReader> All { get; } =
    [
        new(
            "mat",
            "labels.mat",
            _ => [.. new[] { "setid.mat", "setid_plain.mat", "imagelabels.mat", "cars_annos.mat", "numbers.mat" }
                .Select(ReaderCatalog.Golden)],
            ReadMat)
        {
            Tokens =
            [
                "\u000e\0\0\0", "\u000f\0\0\0", "\u0006\0\0\0\u0008\0\0\0", "\u0005\0\0\0", "\u0001\0\u0004\0",
                "\u0002\0\0\0\0\0\0\0", "\u0078\u009c", "MATLAB 7.3", "MI", "IM",
            ],
        },
        new("idx", "train-images-idx3-ubyte", _ => [Idx([3, 2, 2])], file => Read(IdxFile.Read(file, 3).Values)),
        new("idx-gzipped", "train-images-idx3-ubyte.gz", _ => [Gzipped(Idx([3, 2, 2])), Gzipped(Idx([5, 28, 28]))], file
            => Read(IdxFile.Read(file, 3).Values)),
        new("idx-in-gzip", "train-images-idx3-ubyte.gz", _ => [Idx([3, 2, 2])], file => Read(
            IdxFile.Read(file, 3).Values))
        {
            Wrap = Gzipped,
        },
        new(
            "cifar",
            "data_batch_1.bin",
            _ => [Enumerable.Range(0, 3073 * 2).Select(i => (byte)(i % 3073 == 0 ? 3 : i)).ToArray()],
            ReadCifar),
        new("pack", "a.pack", folder => [ReaderCatalog.Written(folder, "s.pack", WritePack)], ReadPack)
        {
            IsChecked = true,
        },
        new("pack-index", "a.pack", folder => [Index(ReaderCatalog.Written(folder, "s.pack", WritePack))], file
            => ReadPack(file).Length < 0 ? "" : null)
        {
            Wrap = Indexed,
        },
        new("tar", "a.tar", _ => [.. Formats.Select(format => Tar(format))], ReadTar) { Tokens = TarWords },
        Archive("archive-tar", "a.tar", [.. Formats.Select(format => Tar(format))]),
        Archive("archive-tgz", "a.tar.gz", [.. Formats.Select(format => Gzipped(Tar(format)))]),
        Archive("tar-in-gzip", "a.tar.gz", [.. Formats.Select(format => Tar(format))]) with { Wrap = Gzipped },
        Archive("archive-zip", "a.zip", [Zip()]),
    ];

    private static TarEntryFormat[] Formats
        => [TarEntryFormat.V7, TarEntryFormat.Ustar, TarEntryFormat.Pax, TarEntryFormat.Gnu];

    private static string[] TarWords => [
        "ustar\0" + "00", "ustar  \0", "././@LongLink", "path=a.jpg\n", "size=99999999999\n", "GNU.sparse.map=",
        "0000000", "7777777", "L", "x", "g", "1", "2", "5", "S", ".jpg", ".cls",
    ];

    private static string? Read(byte[] values) => values.Length < 0 ? "" : null;

    private static string? ReadMat(string file)
    {
        MatFile mat = MatFile.Read(file);
        Action[] uses =
        [
            () => mat.Integers("trnid"),
            () => mat.Integers("labels"),
            () => mat.Texts("annotations", "fname"),
            () => mat.Integers("annotations", "class"),
            () => mat.Texts("class_names"),
        ];
        foreach (Action use in uses)
        {
            try
            {
                use();
            }
            catch (DataException)
            {
                // Not in this file.
            }
        }

        return null;
    }

    private static byte[] Idx(int[] dimensions)
    {
        var bytes = new byte[4 + (4 * dimensions.Length) + dimensions.Aggregate((a, b) => a * b)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, 0x800 + dimensions.Length);
        for (int i = 0; i < dimensions.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + (4 * i)), dimensions[i]);
        }

        return bytes;
    }

    private static byte[] Gzipped(byte[] plain)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(plain);
        }

        return packed.ToArray();
    }

    private static string? ReadCifar(string file)
    {
        string folder = Path.GetDirectoryName(file)!;
        for (int i = 2; i <= 5; i++)
        {
            File.Copy(file, Path.Combine(folder, $"data_batch_{i}.bin"));
        }

        using ImageDataSet images = DataSets.Open($"cifar10:{folder}");
        return Read(images.Read(images.Count - 1).Pixels.ToArray());
    }

    private static void WritePack(string file)
    {
        using var images = new InMemoryDataSet(
            [new RgbImage(2, 1, new byte[] { 1, 2, 3, 4, 5, 6 }), new RgbImage(1, 1, new byte[] { 7, 8, 9 })],
            [1, 0],
            ["cat", "dog"]);
        PackFile.Write(images, file, new DataOptions { Workers = 1 }, new SkippedImages(images));
    }

    /// <summary>The checksum covers the index: the description of the images, not their pixels.</summary>
    private static string ReadPack(string file)
    {
        using PackDataSet images = PackDataSet.Open(file);
        string said =
            $"{images.Fingerprint} {string.Join(',', images.ClassNames ?? [])} {string.Join(',', images.Labels ?? [])}";
        return said + string.Concat(Enumerable.Range(0, images.Count)
            .Select(i => $" {images.RelativePathOf(i)} {images.Read(i).Width}x{images.Read(i).Height}"));
    }

    private static byte[] Index(byte[] pack) => pack[(int)BitConverter.ToInt64(pack, 16)..];

    private static byte[] Indexed(byte[] index)
        => [.. PackHeader.Create(PackHeader.Length + 9, index).ToBytes(), .. new byte[9], .. index];

    private static byte[] Tar(TarEntryFormat format)
    {
        var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, format, leaveOpen: true))
        {
            string folder = format is TarEntryFormat.Pax or TarEntryFormat.Gnu ? new string('d', 120) : "d";
            Add($"{folder}/a.jpg", [1, 2, 3]);
            Add($"{folder}/a.cls", Encoding.ASCII.GetBytes("3"));
            Add("b.png", new byte[600]);
            Add("b.cls", Encoding.ASCII.GetBytes("0"));

            void Add(string name, byte[] content)
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name),
                    TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, name),
                    TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, name),
                    _ => new GnuTarEntry(TarEntryType.RegularFile, name),
                };
                entry.DataStream = new MemoryStream(content);
                tar.WriteEntry(entry);
            }
        }

        return bytes.ToArray();
    }

    private static string? ReadTar(string file)
    {
        IReadOnlyList<TarMember> members = TarIndex.ReadShard(file, 0).Images;
        using ImageDataSet images = DataSets.Open($"tar:{file}");
        for (int i = 0; i < Math.Min(members.Count, 4); i++)
        {
            try
            {
                images.Read(i);
            }
            catch (UnreadableImageException)
            {
                // The seeds hold no real images.
            }
        }

        return null;
    }

    private static byte[] Zip()
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (string name in new[] { "d/", "d/a.jpg", "b.txt" })
            {
                using Stream entry = zip.CreateEntry(name).Open();
                entry.Write(name.EndsWith('/') ? [] : new byte[700]);
            }
        }

        return bytes.ToArray();
    }

    private static FuzzReader Archive(string name, string file, byte[][] seeds) => new(name, file, _ => seeds, path =>
    {
        string folder = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(path)!, "out")).FullName;
        SafeArchive.Unpack(path, folder);
        return null;
    })
    {
        Tokens = [.. TarWords, "PK\u0001\u0002", "PK\u0003\u0004", "PK\u0005\u0006", "../", "/etc/x"],
        Share = 2,
    };
}
