using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class SetDownloadTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly byte[] archive = Archive(
        ("cifar-10-batches-bin/test_batch.bin", TarEntryType.RegularFile),
        ("cifar-10-batches-bin/a/b.bin", TarEntryType.RegularFile));

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_set_is_fetched_and_unpacked_and_a_second_call_requests_nothing()
    {
        byte[] ten = new byte[10 * 3073];
        byte[] cifar = Archive([.. Enumerable.Range(1, 5)
            .Select(i => ($"cifar-10-batches-bin/data_batch_{i}.bin", TarEntryType.RegularFile, ten))]);
        using var server = new FaultyServer((_, _, from) => FaultyServer.Ranged(cifar, from));

        DownloadedSet first = Fetch(server, cifar);
        DownloadedSet second = Fetch(server, cifar);

        Assert.Equal((cifar.Length, false, true), (first.Bytes, first.AlreadyPresent, second.AlreadyPresent));
        Assert.Equal(("/sets/set.tar.gz", null), Assert.Single(server.Requests));
        Assert.Equal(
            ["cifar-10-batches-bin"], Directory.GetFileSystemEntries(folder.PathOf("out")).Select(Path.GetFileName));
        using ImageDataSet images = DataSets.Open($"cifar10:{folder.PathOf("out")}");
        Assert.Equal(50, images.Count);
    }

    [Fact]
    public void An_interrupted_download_resumes()
    {
        using var server = new FaultyServer(
            (number, _, from) => FaultyServer.Ranged(archive, from, end: 100 * number * number));
        Fetch(server, archive);
        Assert.Equal([null, 100L], server.Requests.Take(2).Select(request => request.From));
        Assert.All(server.Requests.Skip(1), request => Assert.True(request.From > 0));
        Assert.True(File.Exists(folder.PathOf("out/cifar-10-batches-bin/a/b.bin")));
    }

    [Fact]
    public void A_server_that_ignores_ranges_sends_the_whole_file_again()
    {
        using var server = new FaultyServer((number, _, _) => number == 1
            ? FaultyServer.Response(archive.AsSpan(0, 50), length: archive.Length) : FaultyServer.Response(archive));
        Fetch(server, archive);
        Assert.Equal(2, server.Requests.Count);
        Assert.True(File.Exists(folder.PathOf("out/cifar-10-batches-bin/a/b.bin")));
    }

    [Fact]
    public void A_server_that_sends_another_part_is_asked_for_the_whole_file()
    {
        using var server = new FaultyServer((number, _, from) => number switch
        {
            1 => FaultyServer.Ranged(archive, from, end: 80),
            2 => FaultyServer.Response(
                archive.AsSpan(3),
                "206 Partial Content",
                headers: $"Content-Range: bytes 3-{archive.Length - 1}/{archive.Length}\r\n"),
            _ => FaultyServer.Ranged(archive, from),
        });
        Fetch(server, archive);
        Assert.Equal([null, 80L, null], server.Requests.Select(request => request.From));
    }

    [Fact]
    public void An_incomplete_download_is_reported_and_kept_for_the_next_command()
    {
        using (var broken = new FaultyServer((_, _, from) => FaultyServer.Ranged(archive, from, end: 60)))
        {
            Assert.Contains("run the same command again to resume", Refused(broken));
            Assert.Equal(5, broken.Requests.Count);
        }

        using var whole = new FaultyServer((_, _, from) => FaultyServer.Ranged(archive, from));
        Fetch(whole, archive);
        Assert.Equal(60L, Assert.Single(whole.Requests).From);
    }

    [Fact]
    public void A_server_that_restarts_repeatedly_is_given_up()
    {
        // The server announces more than it sends and does not resume where it broke off. The last answer would be
        // correct.
        using var server = new FaultyServer((number, _, from) => number > 40 ? FaultyServer.Ranged(archive, from)
            : from is null ? FaultyServer.Response(archive, length: archive.Length + 20)
            : FaultyServer.Response([], "416 Range Not Satisfiable"));
        Assert.Contains("start over 4 times", Refused(server));
        Assert.Equal(8, server.Requests.Count);
    }

    [Fact]
    public void Another_set_in_the_same_folder_keeps_the_partial_download_of_the_first()
    {
        using (var broken = new FaultyServer((_, _, from) => FaultyServer.Ranged(archive, from, end: 60)))
        {
            Refused(broken);
        }

        byte[] second = Archive(("other/a.bin", TarEntryType.RegularFile));
        using (var other = new FaultyServer((_, _, from) => FaultyServer.Ranged(second, from)))
        {
            Fetch(other, new RemoteSet("other", "Another", ["other:DIR"], [new RemoteFile(
                "http://nowhere.invalid/other.tar.gz", Md5(second), 1)])
            {
                Contents = ["other"],
            });
        }

        using var whole = new FaultyServer((_, _, from) => FaultyServer.Ranged(archive, from));
        Fetch(whole, archive);
        Assert.Equal(60L, Assert.Single(whole.Requests).From);
        Assert.Equal(["cifar-10-batches-bin", "other"], Directory.GetFileSystemEntries(folder.PathOf("out"))
            .Select(Path.GetFileName)
            .Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(-20)]
    [InlineData(0)]
    public void A_tampered_or_cut_file_is_refused_and_deleted(int lie)
    {
        byte[] sent = [.. archive];
        sent[20] ^= 1;
        using var server = new FaultyServer((_, _, _) => FaultyServer.Response(sent, length: sent.Length + lie));
        string message = Refused(server);
        Assert.Contains(Md5(archive), message);
        Assert.Contains("was deleted", message);
        Assert.Empty(Directory.EnumerateFiles(folder.PathOf("out"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_length_that_the_set_cannot_have_is_refused_before_it_is_read()
    {
        using var server = new FaultyServer((_, _, _) => FaultyServer.Response(archive, length: 1L << 50));
        Assert.Contains("expected at most", Refused(server));
        Assert.Single(server.Requests);
    }

    [Fact]
    public void More_data_than_the_set_has_is_refused_and_deleted()
    {
        // The server does not announce a length.
        using var server = new FaultyServer(
            (_, _, _) => [.. "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8, .. new byte[70 << 20]]);
        Assert.Contains("not the published file", Refused(server));
        Assert.All(
            Directory.EnumerateFiles(folder.PathOf("out"), "*", SearchOption.AllDirectories),
            file => Assert.Equal(0, new FileInfo(file).Length));
    }

    [Fact]
    public void Too_little_disk_space_is_reported_before_any_request()
    {
        using var server = new FaultyServer((_, _, from) => FaultyServer.Ranged(archive, from));
        string message = Assert.Throws<DataException>(() => Fetch(server, archive, megabytes: int.MaxValue)).Message;
        Assert.Contains("make room", message);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public void A_redirect_is_followed_and_a_missing_file_is_reported()
    {
        using var server = new FaultyServer((_, path, from) => path.StartsWith("/moved", StringComparison.Ordinal)
            ? FaultyServer.Ranged(archive, from)
            : FaultyServer.Response([], "302 Found", headers: "Location: /moved/x.tar.gz\r\n"));
        Fetch(server, archive);
        Assert.Equal(["/sets/set.tar.gz", "/moved/x.tar.gz"], server.Requests.Select(request => request.Path));

        Directory.Delete(folder.PathOf("out"), recursive: true);
        using var empty = new FaultyServer((_, _, _) => FaultyServer.Response("no"u8, "404 Not Found"));
        Assert.Contains("answered 404 Not Found", Refused(empty));
        Assert.Single(empty.Requests);
    }

    [Fact]
    public void A_folder_with_a_part_of_the_set_is_refused_before_any_request()
    {
        folder.Write("out/cifar-10-batches-bin/mine.txt", "mine");
        using var server = new FaultyServer((_, _, from) => FaultyServer.Ranged(archive, from));
        RemoteSet set = Set(archive) with { Contents = ["cifar-10-batches-bin", "other"] };
        string message = Assert.Throws<DataException>(() => Fetch(server, set)).Message;
        Assert.Contains("holds cifar-10-batches-bin, but not other: part of A set", message);
        Assert.Empty(server.Requests);
        Assert.Equal("mine", File.ReadAllText(folder.PathOf("out/cifar-10-batches-bin/mine.txt")));
        Assert.Equal(
            ["cifar-10-batches-bin"], Directory.GetFileSystemEntries(folder.PathOf("out")).Select(Path.GetFileName));
    }

    [Fact]
    public void An_empty_folder_of_the_same_name_is_accepted()
    {
        Directory.CreateDirectory(folder.PathOf("out/cifar-10-batches-bin"));
        using var server = new FaultyServer((_, _, from) => FaultyServer.Ranged(archive, from));
        Assert.False(Fetch(server, archive).AlreadyPresent);
        Assert.True(File.Exists(folder.PathOf("out/cifar-10-batches-bin/a/b.bin")));
    }

    [Fact]
    public void A_partial_download_of_the_first_archive_does_not_block_the_second()
    {
        byte[] second = Archive(("other/a.bin", TarEntryType.RegularFile));
        RemoteSet set = Set(archive) with
        {
            Files = [.. Set(archive).Files, new RemoteFile("http://nowhere.invalid/second.tar.gz", Md5(second), 1)],
            Contents = ["cifar-10-batches-bin", "other"],
        };
        using (var half = new FaultyServer((_, path, from) => path.EndsWith("set.tar.gz", StringComparison.Ordinal)
            ? FaultyServer.Ranged(archive, from) : FaultyServer.Response("no"u8, "404 Not Found")))
        {
            Assert.Throws<DataException>(() => Fetch(half, set));
        }

        using var whole = new FaultyServer((_, _, from) => FaultyServer.Ranged(second, from));
        Fetch(whole, set);
        Assert.Equal("/sets/second.tar.gz", Assert.Single(whole.Requests).Path);
        Assert.Equal(["cifar-10-batches-bin", "other"], Directory.GetFileSystemEntries(folder.PathOf("out"))
            .Select(Path.GetFileName)
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_existing_file_of_the_same_name_is_not_overwritten()
    {
        folder.Write("out/cifar-10-batches-bin/mine.txt", "mine");
        using var server = new FaultyServer((_, _, from) => FaultyServer.Ranged(archive, from));
        RemoteSet set = Set(archive) with { Contents = ["other"] };   // not the content of the archive
        string message = Assert.Throws<DataException>(() => Fetch(server, set)).Message;
        Assert.Contains("exists already", message);
        Assert.Equal("mine", File.ReadAllText(folder.PathOf("out/cifar-10-batches-bin/mine.txt")));
    }

    [Theory]
    [InlineData("../outside.txt", TarEntryType.RegularFile)]
    [InlineData("/outside.txt", TarEntryType.RegularFile)]
    [InlineData("a/../../outside.txt", TarEntryType.RegularFile)]
    [InlineData("a\\..\\outside.txt", TarEntryType.RegularFile)]
    [InlineData("link", TarEntryType.SymbolicLink)]
    [InlineData("link", TarEntryType.HardLink)]
    [InlineData("pipe", TarEntryType.Fifo)]
    [InlineData("device", TarEntryType.CharacterDevice)]
    public void An_archive_that_reaches_outside_is_refused_and_nothing_is_kept(string name, TarEntryType type)
    {
        byte[] bad = Archive(("good.txt", TarEntryType.RegularFile), (name, type));
        using var server = new FaultyServer((_, _, from) => FaultyServer.Ranged(bad, from));
        string message = Assert.Throws<DataException>(() => Fetch(server, bad)).Message;
        Assert.Contains(name, message);
        Assert.Contains("only folders and plain files", message);
        Assert.Equal([".download"], Directory.GetFileSystemEntries(folder.PathOf("out")).Select(Path.GetFileName));
        Assert.Equal(["out"], Directory.GetFileSystemEntries(folder.PathOf(".")).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("set/a.png", "set/a.png")]
    [InlineData("set/a.png", "set/a.png/b.png")]
    [InlineData("set/a/b.png", "set/a")]
    public void A_duplicate_name_is_refused(string first, string second)
    {
        byte[] bad = Archive((first, TarEntryType.RegularFile), (second, TarEntryType.RegularFile));
        using var server = new FaultyServer((_, _, from) => FaultyServer.Ranged(bad, from));
        Assert.Contains($"it holds '{second}' twice", Assert.Throws<DataException>(() => Fetch(server, bad)).Message);
        Assert.Equal([".download"], Directory.GetFileSystemEntries(folder.PathOf("out")).Select(Path.GetFileName));
    }

    [Fact]
    public void A_damaged_and_an_inflated_archive_are_refused()
    {
        string target = folder.PathOf("unpacked");
        Directory.CreateDirectory(target);
        folder.Write("cut.tar.gz", archive[..^30]);
        Assert.Contains(
            "damaged",
            Assert.Throws<DataException>(() => SafeArchive.Unpack(folder.PathOf("cut.tar.gz"), target)).Message);

        folder.Write("bomb.tar.gz", Archive(("zeros", TarEntryType.RegularFile, new byte[100 << 20])));
        Assert.Contains(
            "times its size",
            Assert.Throws<DataException>(() => SafeArchive.Unpack(folder.PathOf("bomb.tar.gz"), target)).Message);
    }

    [Theory]
    [InlineData("set/image.png", 0x8000, null)]
    [InlineData("../image.png", 0, "lead outside")]
    [InlineData("set/link", 0xA000, "a link or a device")]
    public void Zip_files_are_unpacked_with_the_same_care(string name, int kind, string? refusal)
    {
        using (var zip = new ZipArchive(File.Create(folder.PathOf("set.zip")), ZipArchiveMode.Create))
        {
            ZipArchiveEntry entry = zip.CreateEntry(name);
            entry.ExternalAttributes = kind << 16;
            using Stream content = entry.Open();
            content.Write("picture"u8);
        }

        string target = folder.PathOf("unpacked");
        Directory.CreateDirectory(target);
        if (refusal is null)
        {
            SafeArchive.Unpack(folder.PathOf("set.zip"), target);
            Assert.Equal("picture", File.ReadAllText(Path.Join(target, name)));
        }
        else
        {
            Assert.Contains(
                refusal,
                Assert.Throws<DataException>(() => SafeArchive.Unpack(folder.PathOf("set.zip"), target)).Message);
            Assert.Empty(Directory.GetFileSystemEntries(target));
        }
    }

    [Fact]
    public void Every_set_of_the_catalog_has_addresses_checksums_and_contents()
    {
        Assert.Equal(RemoteSets.Names.Distinct(), RemoteSets.Names);
        Assert.All(RemoteSets.All.SelectMany(set => set.Files), file =>
        {
            Assert.Matches("^[0-9a-f]{32}$", file.Md5);
            Assert.True(Uri.IsWellFormedUriString(file.Address, UriKind.Absolute));
            Assert.True(file.KeepArchive || file.Name.EndsWith("gz", StringComparison.Ordinal) || file.Name.EndsWith(
                ".zip", StringComparison.Ordinal));
        });
        Assert.All(RemoteSets.All, set => Assert.NotEmpty(set.Contents));
        Assert.All(RemoteSets.All, set => Assert.NotEmpty(set.Uses));
        Assert.All(
            RemoteSets.All.SelectMany(set => set.Uses).Where(use => !use.StartsWith("DIR/", StringComparison.Ordinal)),
            use => Assert.NotNull(DataSets.Parse(use)));
        Assert.All(
            RemoteSets.All.Where(set => TransferCatalog.Find(set.Name) is not null),
            set => Assert.All(set.Uses, use => Assert.Equal(set.Name, DataSets.Parse(use)!.Kind)));
    }

    private static string Md5(byte[] bytes)
#pragma warning disable CA5351 // Published checksums.
        => Convert.ToHexStringLower(MD5.HashData(bytes));
#pragma warning restore CA5351

    private static byte[] Archive(params (string Name, TarEntryType Type)[] entries)
        => Archive([.. entries.Select(entry => (entry.Name, entry.Type, RandomNumberGenerator.GetBytes(400)))]);

    private static byte[] Archive(params (string Name, TarEntryType Type, byte[] Content)[] entries)
    {
        using var bytes = new MemoryStream();
        using (var zip = new GZipStream(bytes, CompressionMode.Compress))
        using (var writer = new TarWriter(zip))
        {
            foreach ((string name, TarEntryType type, byte[] content) in entries)
            {
                var entry = new PaxTarEntry(type, name);
                switch (type)
                {
                    case TarEntryType.RegularFile:
                        entry.DataStream = new MemoryStream(content);
                        break;
                    case TarEntryType.SymbolicLink or TarEntryType.HardLink:
                        entry.LinkName = "../../outside";
                        break;
                }

                writer.WriteEntry(entry);
            }
        }

        return bytes.ToArray();
    }

    private static RemoteSet Set(byte[] archive, int megabytes = 1)
        => new(
            "set", "A set", ["set:DIR"], [new RemoteFile("http://nowhere.invalid/set.tar.gz", Md5(archive), megabytes)])
        {
            Contents = ["cifar-10-batches-bin"],
        };

    private string Refused(FaultyServer server) => Assert.Throws<DataException>(() => Fetch(server, archive)).Message;

    private DownloadedSet Fetch(FaultyServer server, byte[] archive, int megabytes = 1)
        => Fetch(server, Set(archive, megabytes));

    private DownloadedSet Fetch(FaultyServer server, RemoteSet set)
    {
        using var client = new HttpClient();
        return new SetDownload(client, TimeSpan.Zero)
            .RunAsync(set, folder.PathOf("out"), server.Address)
            .GetAwaiter()
            .GetResult();
    }
}
