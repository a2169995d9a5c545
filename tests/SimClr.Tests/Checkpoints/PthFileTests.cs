using System.IO.Compression;
using System.Text.Json;
using CsCheck;
using SimClr.Checkpoints;
using SimClr.Tests.Data;
using SimClr.Tests.Golden;
using static TorchSharp.torch;

namespace SimClr.Tests.Checkpoints;

public sealed class PthFileTests : IDisposable
{
    private readonly TorchSharp.DisposeScope scope = NewDisposeScope();
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("state_dict.pth", "")]
    [InlineData("legacy.pth", "")]
    [InlineData("nested.pth", "state_dict.module.encoder.")]
    public void Files_of_PyTorch_are_read(string file, string prefix)
    {
        using PthFile read = PthFile.Read(Golden(file));

        JsonProperty[] expected = [.. GoldenFile.Read("checkpoints.json").EnumerateObject()];
        Assert.Equal(expected.Select(e => prefix + e.Name), read.Tensors.Keys);
        foreach (JsonProperty entry in expected)
        {
            Tensor actual = read.Tensors[prefix + entry.Name];
            Assert.Equal(entry.Value.GetProperty("dtype").GetString(), TypeName(actual.dtype));
            Assert.Equal(
                [.. entry.Value.GetProperty("shape").EnumerateArray().Select(n => n.GetInt64())], actual.shape);
            Assert.Equal(
                [.. entry.Value.GetProperty("values").EnumerateArray().Select(n => n.GetDouble())],
                actual.numel() == 0 ? [] : actual.to_type(ScalarType.Float64).contiguous().data<double>().ToArray());
        }
    }

    [Theory]
    [InlineData("state_dict.pth")]
    [InlineData("legacy.pth")]
    public void Tensors_that_share_memory_in_the_file_share_it(string file)
    {
        using PthFile read = PthFile.Read(Golden(file));

        read.Tensors["slice_a"][2] = tensor(77f);

        Assert.Equal(77, read.Tensors["slice_b"][0, 0].item<float>());
        Assert.False(read.Tensors["transposed"].is_contiguous());
    }

    [Fact]
    public void A_file_that_would_run_a_command_is_refused_by_its_name_and_nothing_runs()
    {
        var error = Assert.Throws<DataException>(() => PthFile.Read(Golden("malicious.pth")));

        Assert.Contains("'posix.system'", error.Message);
        Assert.Contains("nothing was executed", error.Message);
        Assert.False(File.Exists("evil-was-here"));
    }

    [Theory]
    [InlineData("builtins\neval\n", "'builtins.eval'")]
    [InlineData("os\nsystem\n", "'os.system'")]
    [InlineData("__builtin__\nexec\n", "'__builtin__.exec'")]
    [InlineData("builtins\n__import__\n", "'builtins.__import__'")]
    [InlineData("subprocess\nPopen\n", "'subprocess.Popen'")]
    [InlineData("torch\nos.system\n", "'torch.os.system'")]
    [InlineData("runpy\n_run_code\n", "'runpy._run_code'")]
    public void Names_that_would_run_code_are_refused(string name, string expected)
    {
        byte[] pickle =
        [
            0x80, 2, (byte)'c', .. System.Text.Encoding.ASCII.GetBytes(name), (byte)')', (byte)'R', (byte)'.',
        ];

        Assert.Contains(expected, Refused(PthBytes.Legacy(pickle, 1, "0")));
        Assert.Contains(expected, Refused(PthBytes.Zip(pickle, 1)));
    }

    [Theory]
    [InlineData((byte)'i')]
    [InlineData((byte)'o')]
    [InlineData((byte)'P')]
    [InlineData((byte)0x82)]
    [InlineData((byte)0x97)]
    public void Instructions_of_the_oldest_protocols_or_that_reach_outside_are_refused(byte code)
        => Assert.Contains(
            "which weights do not need", Refused(PthBytes.Zip([0x80, 2, (byte)'(', code, 0, 0, 0, 0, (byte)'.'], 1)));

    [Theory]
    [InlineData(0, new long[] { 2, 3 }, new long[] { 3, 1 })]
    [InlineData(5, new long[] { }, new long[] { })]
    [InlineData(0, new long[] { 0, 1L << 30 }, new long[] { 1, 1 })]
    [InlineData(6, new long[] { 0 }, new long[] { 1 })]
    public void A_tensor_within_its_storage_is_accepted(long offset, long[] shape, long[] strides)
    {
        byte[] pickle = PthBytes.OneTensor(6, offset, shape, strides);

        foreach (byte[] file in new[] { PthBytes.Zip(pickle, 6), PthBytes.Legacy(pickle, 6, "0") })
        {
            using PthFile read = PthFile.Read(folder.Write("a.pth", file));
            Assert.Equal(shape, read.Tensors["w"].shape);
        }
    }

    [Theory]
    [InlineData(0, new long[] { 7 }, new long[] { 1 })]
    [InlineData(6, new long[] { 1 }, new long[] { 1 })]
    [InlineData(-1, new long[] { 1 }, new long[] { 1 })]
    [InlineData(long.MaxValue, new long[] { 2 }, new long[] { long.MaxValue })]
    [InlineData(5, new long[] { 2 }, new long[] { -1 })]
    [InlineData(0, new long[] { -1 }, new long[] { 1 })]
    [InlineData(0, new long[] { 1 << 30 }, new long[] { 0 })]
    [InlineData(0, new long[] { 3, 3 }, new long[] { 1, 1 })]
    [InlineData(0, new long[] { 1L << 40, 1L << 40 }, new long[] { 0, 0 })]
    [InlineData(0, new long[] { 2, 3 }, new long[] { 1 })]
    [InlineData(0, new long[] { 2, 2 }, new long[] { 1L << 62, 1L << 62 })]
    public void A_tensor_that_leaves_its_storage_or_repeats_it_is_refused(long offset, long[] shape, long[] strides)
    {
        byte[] pickle = PthBytes.OneTensor(6, offset, shape, strides);

        Assert.Contains("does not lie within its storage", Refused(PthBytes.Zip(pickle, 6)));
        Assert.Contains("does not lie within its storage", Refused(PthBytes.Legacy(pickle, 6, "0")));
    }

    [Fact]
    public void A_storage_of_another_length_than_in_the_pickle_is_refused()
    {
        byte[] longer = PthBytes.OneTensor(7, 0, [7], [1]);
        byte[] bomb = PthBytes.OneTensor(1 << 30, 0, [1 << 30], [1]);

        Assert.Contains("has 24 bytes", Refused(PthBytes.Zip(longer, 6)));
        Assert.Contains("claim more than", Refused(PthBytes.Zip(bomb, 6)));
        Assert.Contains("is the file complete", Refused(PthBytes.Legacy(longer, 6, "0")));
        Assert.Contains("is the file complete", Refused(PthBytes.Legacy(bomb, 6, "0")));
    }

    [Fact]
    public void A_compressed_entry_is_refused_because_it_may_be_a_bomb()
        => Assert.Contains(
            "does not compress",
            Refused(PthBytes.Zip(PthBytes.OneTensor(1 << 22, 0, [1 << 22], [1]), 1 << 22, CompressionLevel.Optimal)));

    [Fact]
    public void Nesting_to_any_depth_is_walked_without_recursion_and_cycles_end()
    {
        // {0: {0: {0: …}}}, a hundred thousand deep; and a dictionary that contains itself.
        byte[] deep =
        [
            0x80, 2, .. Enumerable.Repeat("}K\0"u8.ToArray(), 100_000).SelectMany(b => b), (byte)'N',
            .. Enumerable.Repeat((byte)'s', 100_000), (byte)'.',
        ];
        byte[] cycle = [0x80, 2, (byte)'}', (byte)'q', 0, .. PthBytes.Text("w"), (byte)'h', 0, (byte)'s', (byte)'.'];

        Assert.Empty(Read(PthBytes.Zip(deep, 1)));
        Assert.Empty(Read(PthBytes.Zip(cycle, 1)));
    }

    [Fact]
    public void A_list_that_is_copied_again_and_again_is_refused()
    {
        // A list of 10,000 items that is expanded into 10,000 dictionaries: 100 million items from 60,000 bytes.
        byte[] pickle =
        [
            0x80, 2, (byte)']', (byte)'q', 0, (byte)'(', .. Enumerable.Repeat((byte)'N', 10_000), (byte)'e',
            .. "ccollections\nOrderedDict\nq\u0001"u8,
            .. Enumerable.Repeat("h\u0001h\0\u0085R"u8.ToArray().Where(b => b != 0xC2), 10_000).SelectMany(b => b),
            (byte)'.',
        ];

        Assert.Contains("more than 2000000 values", Refused(PthBytes.Zip(pickle, 1)));
    }

    [Theory]
    [InlineData("state_dict.pth")]
    [InlineData("legacy.pth")]
    public void A_file_cut_short_anywhere_is_refused(string file)
    {
        byte[] bytes = File.ReadAllBytes(Golden(file));
        for (int length = 0; length < bytes.Length; length++)
        {
            Refused(bytes[..length]);
        }
    }

    [Fact]
    public void A_flipped_bit_in_a_storage_is_noticed()
    {
        byte[] bytes = File.ReadAllBytes(Golden("state_dict.pth"));
        bytes[bytes.AsSpan().IndexOf(BitConverter.GetBytes(-1.3975461721420288f)) + 1] ^= 8;

        Assert.Contains("the checksum of storage '0' differs", Refused(bytes));
    }

    [Fact]
    public void Any_changed_file_is_read_or_refused_within_bounded_memory()
    {
        byte[][] files =
        [
            File.ReadAllBytes(Golden("state_dict.pth")), File.ReadAllBytes(Golden("legacy.pth")),
            PthBytes.Legacy(PthBytes.OneTensor(6, 0, [2, 3], [3, 1]), 6, "0"),
        ];
        byte[] pickle = PthBytes.OneTensor(6, 0, [2, 3], [3, 1]);
        Gen.Select(Gen.Int[0, files.Length], Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte).Array[1, 6]).Sample(
            (which, changes) =>
            {
                // In the new format, checksums catch most changes, so the pickle is changed before the file is made.
                byte[] bytes = [.. which < files.Length ? files[which] : pickle];
                foreach ((int place, byte value) in changes)
                {
                    bytes[place % bytes.Length] = value;
                }

                bytes = which < files.Length ? bytes : PthBytes.Zip(bytes, 6);
                long before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    using PthFile read = PthFile.Read(folder.Write("a.pth", bytes));
                    Assert.All(read.Tensors.Values, t => Assert.True(t.numel() * t.element_size() <= bytes.Length));
                }
                catch (DataException)
                {
                    // Refused.
                }

                long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.True(
                    allocated < 1_000_000 + (300 * bytes.Length), $"{allocated} bytes for a file of {bytes.Length}");
            },
            iter: 3000, threads: 1);
    }

    [Fact]
    public void Every_type_and_shape_comes_back_bit_for_bit_and_the_file_is_the_same_again()
    {
        ScalarType[] types =
        [
            ScalarType.Float32, ScalarType.Float64, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64,
            ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
        ];
        KeyValuePair<string, Tensor>[] tensors =
        [
            .. types.Select(t => KeyValuePair.Create($"type.{t}", arange(6).reshape(2, 3).to_type(t))),
            KeyValuePair.Create("scalar", tensor(3.5f)),
            KeyValuePair.Create("empty", zeros(0, 3)),
            KeyValuePair.Create("transposed", rand(4, 5).t()),
        ];
        PthFile.Write(folder.PathOf("a.pth"), tensors, new Dictionary<string, string> { ["who"] = "Zoë" });
        PthFile.Write(folder.PathOf("b.pth"), tensors, new Dictionary<string, string> { ["who"] = "Zoë" });

        using PthFile read = PthFile.Read(folder.PathOf("a.pth"));
        Assert.Equal("Zoë", read.Metadata["who"]);
        Assert.Equal(tensors.Select(t => t.Key), read.Tensors.Keys);
        Assert.All(tensors, t =>
        {
            Assert.Equal(t.Value.dtype, read.Tensors[t.Key].dtype);
            Assert.Equal(t.Value.shape, read.Tensors[t.Key].shape);
            Assert.Equal(t.Value.contiguous().bytes.ToArray(), read.Tensors[t.Key].bytes.ToArray());
        });
        Assert.Equal(File.ReadAllBytes(folder.PathOf("a.pth")), File.ReadAllBytes(folder.PathOf("b.pth")));
    }

    [Fact]
    public void No_tensor_is_left_behind()
    {
        using var count = new TensorCount();
        using (PthFile.Read(Golden("state_dict.pth")))
        {
        }

        Refused(PthBytes.Zip(PthBytes.OneTensor(7, 0, [7], [1]), 6));
        Assert.Equal(0, count.Growth);
    }

    private static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", name);

    private static string TypeName(ScalarType type)
        => type == ScalarType.Byte ? "torch.uint8" : $"torch.{type.ToString().ToLowerInvariant()}";

    private string[] Read(byte[] file)
    {
        using PthFile read = PthFile.Read(folder.Write("a.pth", file));
        return [.. read.Tensors.Keys];
    }

    private string Refused(byte[] file)
    {
        string path = folder.Write("a.pth", file);
        var error = Assert.Throws<DataException>(() => PthFile.Read(path));
        Assert.Contains(path, error.Message);
        return error.Message;
    }
}
