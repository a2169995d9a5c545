using System.IO.Compression;
using SimClr.Data;

namespace SimClr.Tests.Data;

/// <summary>Damaged or malicious archives: always an error of this library.</summary>
public sealed class SafeArchiveTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Files_and_folders_of_a_tar_file_are_unpacked()
    {
        Unpack("a.tar", TarBytes.Archive(
            TarBytes.Member("set/", '5', []),
            TarBytes.Member("set/a.txt", '0', "first"u8.ToArray()),
            TarBytes.Member("set/._a.txt", '0', "litter"u8.ToArray()),
            TarBytes.Member("g", 'g', TarBytes.Record("comment", "x")),
            TarBytes.Member("x", 'x', TarBytes.Record("path", "set/sub/ä.txt")),
            TarBytes.Member("b", '\0', new byte[70_000])));
        Assert.Equal("first", File.ReadAllText(folder.PathOf("out/set/a.txt")));
        Assert.Equal(70_000, new FileInfo(folder.PathOf("out/set/sub/ä.txt")).Length);
        Assert.Equal(2, Directory.GetFiles(folder.PathOf("out"), "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void Names_that_no_disk_can_hold_are_refused()
    {
        byte[] Long(string name) => TarBytes.Archive(
            TarBytes.Member("x", 'x', TarBytes.Record("path", name)), TarBytes.Member("a", '0', [1]));

        Assert.Contains(
            "a name of more than 255 bytes", Refused("a.tar", Long(new string('d', 300))), StringComparison.Ordinal);
        Assert.Contains(
            "a name of more than 255 bytes", Refused("a.tar", Long(new string('ä', 128))), StringComparison.Ordinal);
        Assert.Contains(
            "a path that takes more than 4095 bytes",
            Refused("a.tar", Long(string.Concat(Enumerable.Repeat("0123456789/", 500)) + "a")),
            StringComparison.Ordinal);
        Assert.Contains("a name that may lead outside", Refused("a.tar", Long("a\0b")), StringComparison.Ordinal);
        Assert.Contains("a name that may lead outside", Refused("a.tar", Long("")), StringComparison.Ordinal);
        Unpack("a.tar", Long(new string('d', 255)));
        Assert.True(File.Exists(folder.PathOf("out/" + new string('d', 255))));
    }

    [Fact]
    public void Invalid_sizes_sparse_members_and_truncated_archives_are_damage()
    {
        byte[] size = TarBytes.Archive(
            TarBytes.Member("x", 'x', TarBytes.Record("size", "99999999999999999999")), TarBytes.Member("a", '0', [1]));
        Assert.Contains(
            "a.tar: the archive is damaged (an extended header (pax) has the size '99999999999999999999'",
            Refused("a.tar", size),
            StringComparison.Ordinal);
        Assert.Contains(
            "is a sparse member",
            Refused("a.tar", TarBytes.Archive(TarBytes.Member("a", 'S', [1]))),
            StringComparison.Ordinal);
        Assert.Contains(
            "zeros at its end are missing", Refused("a.tar", TarBytes.Member("a", '0', [1])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zeros.tgz")]
    [InlineData("headers.tgz")]
    [InlineData("litter.tgz")]
    public void An_archive_that_unpacks_to_far_more_than_its_size_is_refused(string name)
    {
        byte[] packed = Gzip(name switch
        {
            "zeros.tgz" => [TarBytes.Member("a", '0', [], "00700000000\0"u8.ToArray()), new byte[0x07000000]],
            "litter.tgz" => [TarBytes.Member("._a", '0', [], "00700000000\0"u8.ToArray()), new byte[0x07000000]],
            _ => Enumerable.Range(0, 110).SelectMany(
                i => new[] { TarBytes.Member("x", 'x', new byte[1 << 20]), TarBytes.Member($"a{i}/", '5', []) }),
        });
        Assert.Contains("more than 20 times its size", Refused(name, packed), StringComparison.Ordinal);
    }

    [Fact]
    public void A_zip_file_whose_checksum_does_not_match_is_damage()
    {
        byte[] zip = Zip(CompressionLevel.NoCompression);
        zip[zip.AsSpan().IndexOf("picture"u8)] ^= 1;
        Assert.Contains("the checksum of set/a.txt does not match", Refused("a.zip", zip), StringComparison.Ordinal);
    }

    /// <summary>Bytes are changed, and the file is cut off before them.</summary>
    [Theory]
    [InlineData("a.tar")]
    [InlineData("a.tgz")]
    [InlineData("a.zip")]
    public void Any_damage_gives_an_error_of_the_library(string name)
    {
        byte[][] members =
        [
            TarBytes.Member("x", 'x', TarBytes.Record("path", "set/a.txt")),
            TarBytes.Member("a", '0', "picture"u8.ToArray()),
            new byte[1024],
        ];
        byte[] whole = name switch
        {
            "a.tar" => [.. members.SelectMany(member => member)],
            "a.tgz" => Gzip(members),
            _ => Zip(CompressionLevel.Optimal),
        };
        IEnumerable<int> places = Enumerable.Range(0, whole.Length)
            .Where(at => name != "a.tar" || (at % 512 < 300 && at % 5 == 0));
        int errors = 0;
        foreach (int at in places)
        {
            byte[] damaged = [.. whole];
            damaged[at] = (byte)(at % 3 == 0 ? 0xFF : damaged[at] ^ (1 << (at % 8)));
            errors += Try(damaged) + Try(whole[..at]);
        }

        Assert.True(errors > places.Count());

        int Try(byte[] bytes)
        {
            try
            {
                Unpack(name, bytes);
                return 0;
            }
            catch (DataException)
            {
                return 1;
            }
            finally
            {
                Directory.Delete(folder.PathOf("out"), recursive: true);
            }
        }
    }

    private string Refused(string name, byte[] bytes)
        => Assert.Throws<DataException>(() => Unpack(name, bytes)).Message;

    private void Unpack(string name, byte[] bytes)
    {
        Directory.CreateDirectory(folder.PathOf("out"));
        SafeArchive.Unpack(folder.Write(name, bytes), folder.PathOf("out"));
    }

    private static byte[] Zip(CompressionLevel level)
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream content = zip.CreateEntry("set/a.txt", level).Open();
            content.Write("picture"u8);
        }

        return bytes.ToArray();
    }

    private static byte[] Gzip(IEnumerable<byte[]> parts)
    {
        var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        {
            foreach (byte[] part in parts)
            {
                gzip.Write(part);
            }
        }

        return bytes.ToArray();
    }
}
