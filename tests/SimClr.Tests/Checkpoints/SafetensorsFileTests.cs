using System.Text;
using SimClr.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Checkpoints;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly string folder = Directory.CreateTempSubdirectory("simclr-").FullName;

    public void Dispose()
    {
        scope.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Every_type_and_shape_comes_back_bit_for_bit()
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
        SafetensorsFile.Write(File("a"), tensors, new Dictionary<string, string> { ["who"] = "Zoë \"x\"" });

        using SafetensorsFile read = SafetensorsFile.Read(File("a"));
        Assert.Equal("Zoë \"x\"", read.Metadata["who"]);
        Assert.Equal(tensors.Select(t => t.Key), read.Tensors.Keys);
        foreach ((string name, Tensor expected) in tensors)
        {
            Assert.Equal(expected.dtype, read.Tensors[name].dtype);
            Assert.Equal(expected.shape, read.Tensors[name].shape);
            Assert.Equal(expected.contiguous().bytes.ToArray(), read.Tensors[name].bytes.ToArray());
        }
    }

    [Fact]
    public void The_layout_is_the_published_one()
    {
        SafetensorsFile.Write(File("a"), [KeyValuePair.Create("w", tensor(new float[] { 1, 2 }))]);
        byte[] bytes = System.IO.File.ReadAllBytes(File("a"));
        long header = BitConverter.ToInt64(bytes, 0);
        Assert.Equal(
            "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
            Encoding.UTF8.GetString(bytes, 8, (int)header).TrimEnd());
        Assert.Equal(2f, BitConverter.ToSingle(bytes, 8 + (int)header + 4));
        Assert.Equal(8 + header + 8, bytes.Length);
    }

    [Fact]
    public void A_file_cut_short_anywhere_is_refused()
    {
        SafetensorsFile.Write(File("a"), [KeyValuePair.Create("w", rand(3, 3))]);
        byte[] bytes = System.IO.File.ReadAllBytes(File("a"));
        for (int length = 0; length < bytes.Length; length++)
        {
            System.IO.File.WriteAllBytes(File("b"), bytes[..length]);
            Assert.Throws<DataException>(() => SafetensorsFile.Read(File("b")));
        }
    }

    [Theory]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,80]}}")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}")]
    [InlineData("{\"w\":{\"dtype\":\"U16\",\"shape\":[2],\"data_offsets\":[0,8]}}")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}")]
    [InlineData(
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"v\":{\"dtype\":\"F32\","
            + "\"shape\":[2],\"data_offsets\":[0,8]}}")]
    [InlineData(
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"v\":{\"dtype\":\"F32\","
            + "\"shape\":[1],\"data_offsets\":[4,8]}}")]
    [InlineData(
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"w\":{\"dtype\":\"F32\","
            + "\"shape\":[1],\"data_offsets\":[4,8]}}")]
    [InlineData(
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"v\":{\"dtype\":\"F32\",\"shape\":[0,"
            + "4611686018427387904,4611686018427387904],\"data_offsets\":[8,8]}}")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[2,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,8]}}")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"__metadata__\":{\"a\":7}}")]
    [InlineData("{\"w\":{\"shape\":[2]}}")]
    [InlineData("{\"w\":7}")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}")]
    [InlineData("not json")]
    public void A_false_header_is_refused(string header)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        System.IO.File.WriteAllBytes(File("a"), [.. BitConverter.GetBytes((long)text.Length), .. text, .. new byte[8]]);
        var error = Assert.Throws<DataException>(() => SafetensorsFile.Read(File("a")));
        Assert.Contains(File("a"), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,8]}}",
        "tensor 'w' is described by {\"dtype\":\"F32\",\"shape\":[1.5],")]
    [InlineData("{\"w\":{\"dtype\":7,\"shape\":[2],\"data_offsets\":[0,8]}}", "expected a dtype, a shape of at most")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}", "integers, and two data_offsets")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8]}}", "integers, and two data_offsets")]
    [InlineData(
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[1e30],\"data_offsets\":[0,8]}}", "integers, and two data_offsets")]
    [InlineData("{\"w\":[1]}", "tensor 'w' is described by [1], expected a dtype")]
    [InlineData("[1,2]", "it is [1,2], expected an object with an entry for each tensor")]
    [InlineData("{\"__metadata__\":[]}", "__metadata__ is [], expected an object")]
    [InlineData("{\"__metadata__\":{\"a\":7}}", "__metadata__ has the entry 'a' with value 7, expected a string")]
    [InlineData("{\"__metadata__\":{\"a\":\"b\",\"a\":\"c\"}}", "__metadata__ has the entry 'a' twice")]
    [InlineData("{\"__metadata__\":{\"a\":\"\\ud800\"}}", "a name or an entry is not Unicode text")]
    [InlineData("{\"\\ud800\":{}}", "a name or an entry is not Unicode text")]
    [InlineData("{\"w\":\n {x", "it is not valid JSON at line 2, byte 3")]
    [InlineData(
        "{\"w\":{\"dtype\":\"Q1\",\"shape\":[2],\"data_offsets\":[0,9223372036854775807]}}",
        "claims bytes 0–9223372036854775807")]
    public void An_invalid_header_is_refused_with_a_clear_message(string header, string expected)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        System.IO.File.WriteAllBytes(File("a"), [.. BitConverter.GetBytes((long)text.Length), .. text, .. new byte[8]]);
        Assert.Contains(
            expected,
            Assert.Throws<DataException>(() => SafetensorsFile.Read(File("a"))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        new byte[] { 0xF0, 255, 255, 255, 255, 255, 255, 255, 0 }, "header length 18446744073709551600, file length 9")]
    [InlineData(new byte[] { 1, 2, 3 }, "it has 3 bytes, expected more than 8")]
    public void The_length_of_the_header_is_reported_as_stored(byte[] bytes, string expected)
    {
        System.IO.File.WriteAllBytes(File("a"), bytes);
        Assert.Contains(
            expected,
            Assert.Throws<DataException>(() => SafetensorsFile.Read(File("a"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void With_a_checksum_any_flipped_bit_is_noticed()
    {
        var metadata = new Dictionary<string, string> { ["step"] = "3", [SafetensorsFile.Checksum] = "" };
        SafetensorsFile.Write(File("a"), [KeyValuePair.Create("w", arange(5, ScalarType.Float32))], metadata);
        byte[] bytes = System.IO.File.ReadAllBytes(File("a"));
        using (SafetensorsFile whole = SafetensorsFile.Read(File("a")))
        {
            Assert.Equal(4f, whole.Tensors["w"][4].item<float>());
            SafetensorsFile.Write(File("c"), [.. whole.Tensors], whole.Metadata);
            Assert.Equal(bytes, System.IO.File.ReadAllBytes(File("c")));
        }

        for (int bit = 0; bit < 8 * bytes.Length; bit++)
        {
            byte[] flipped = [.. bytes];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            System.IO.File.WriteAllBytes(File("b"), flipped);
            var error = Assert.Throws<DataException>(() => SafetensorsFile.Read(File("b")));
            Assert.Contains(File("b"), error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_checkpoint_of_an_earlier_version_is_read_and_its_damage_noticed()
    {
        // Written by hand: the checksum, of all but the first 8 bytes, is from sha256sum.
        const string Sum = "775ced98d36c59604ddf658f33c97467e1b6c02ead31d199dd9346ae58d74ec8";
        string text = $"{{\"__metadata__\":{{\"step\":\"3\",\"simclr.sha256\":\"{Sum}\"}},\"w\":{{\"dtype\":\"F32\","
            + "\"shape\":[2],\"data_offsets\":[0,8]}} ";
        byte[] bytes =
        [
            .. BitConverter.GetBytes((long)text.Length),
            .. Encoding.ASCII.GetBytes(text),
            .. BitConverter.GetBytes(1.5f),
            .. BitConverter.GetBytes(-2f),
        ];
        System.IO.File.WriteAllBytes(File("a"), bytes);
        using (SafetensorsFile read = SafetensorsFile.Read(File("a")))
        {
            Assert.Equal(-2f, read.Tensors["w"][1].item<float>());
            SafetensorsFile.Write(File("new"), [.. read.Tensors], read.Metadata);
        }

        // A rewritten file has only the new checksum.
        using (SafetensorsFile again = SafetensorsFile.Read(File("new")))
        {
            Assert.True(again.Metadata.ContainsKey(SafetensorsFile.Checksum));
            Assert.False(again.Metadata.ContainsKey("simclr.sha256"));
        }

        // The length is one less, so that the header loses its space and the tensors start a byte early; or one bit is
        // flipped.
        foreach (int at in new[] { 0, bytes.Length - 1 })
        {
            byte[] damaged = [.. bytes];
            damaged[at] -= 1;
            System.IO.File.WriteAllBytes(File("b"), damaged);
            Assert.Throws<DataException>(() => SafetensorsFile.Read(File("b")));
        }
    }

    [Fact]
    public void Tensors_of_types_that_are_not_read_are_left_out_by_name()
    {
        byte[] header = Encoding.ASCII.GetBytes(
            "{\"a\":{\"dtype\":\"U16\",\"shape\":[3],\"data_offsets\":[0,6]},\"b\":{\"dtype\":\"F8_E4M3\","
                + "\"shape\":[2],\"data_offsets\":[6,8]},\"c\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,"
                + "12]},\"d\":{\"dtype\":\"NEW\",\"shape\":[5],\"data_offsets\":[12,13]}}");
        System.IO.File.WriteAllBytes(
            File("a"),
            [
                .. BitConverter.GetBytes((long)header.Length), .. header, .. new byte[8],
                .. BitConverter.GetBytes(2.5f), 0,
            ]);

        using SafetensorsFile read = SafetensorsFile.Read(File("a"));
        Assert.Equal(2.5f, read.Tensors["c"].item<float>());
        Assert.Single(read.Tensors);
        Assert.Equal(
            ["a (of type U16)", "b (of type F8_E4M3)", "d (of type NEW)"],
            ((IWeightsFile)read).LeftOut.Select(left => left.ToString()));
    }

    [Fact]
    public void Tensors_by_the_hundred_thousand_are_refused()
    {
        string entries = string.Join(',', Enumerable.Range(0, (1 << 17) + 1)
            .Select(i => $"\"{i}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}"));
        byte[] header = Encoding.ASCII.GetBytes($"{{{entries}}}");
        System.IO.File.WriteAllBytes(File("a"), [.. BitConverter.GetBytes((long)header.Length), .. header]);

        Assert.Contains(
            "more than 131072 tensors", Assert.Throws<DataException>(() => SafetensorsFile.Read(File("a"))).Message);
    }

    [Fact]
    public void Without_a_checksum_a_file_is_read_as_it_is()
    {
        SafetensorsFile.Write(
            File("a"), [KeyValuePair.Create("w", tensor(1f))], new Dictionary<string, string> { ["who"] = "others" });
        byte[] bytes = System.IO.File.ReadAllBytes(File("a"));
        bytes[^1] ^= 0x80;
        System.IO.File.WriteAllBytes(File("a"), bytes);
        using SafetensorsFile read = SafetensorsFile.Read(File("a"));
        Assert.Equal(-1f, read.Tensors["w"].item<float>());
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_no_remnant()
    {
        SafetensorsFile.Write(File("a"), [KeyValuePair.Create("w", tensor(1f))]);
        Tensor disposed = tensor(2f);
        KeyValuePair<string, Tensor>[] broken = [KeyValuePair.Create("w", disposed)];
        disposed.Dispose();
        Assert.ThrowsAny<Exception>(() => SafetensorsFile.Write(File("a"), broken));
        using SafetensorsFile read = SafetensorsFile.Read(File("a"));
        Assert.Equal(1f, read.Tensors["w"].item<float>());
        Assert.Single(Directory.GetFiles(folder));
    }

    private string File(string name) => Path.Combine(folder, name + ".safetensors");
}
