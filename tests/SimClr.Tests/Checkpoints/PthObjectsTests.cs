using System.Text;
using SimClr.Checkpoints;
using SimClr.Tests.Data;

namespace SimClr.Tests.Checkpoints;

/// <summary>Objects beside the weights in checkpoints: as Python 3.11 pickles them, and as it never would.</summary>
public sealed class PthObjectsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // The instructions of pickle.dumps(value, protocol=2), without the memo marks; protocol 4 where noted.
    public static TheoryData<string, string> Objects => new()
    {
        { "a class", "cpytorch_lightning.callbacks.model_checkpoint\nModelCheckpoint\n" },
        { "PosixPath", "cpathlib\nPosixPath\n(X\u0001\0\0\0/X\u0001\0\0\0atR" },
        { "datetime", "cdatetime\ndatetime\nc_codecs\nencode\nX\u0001\0\0\0aX\u0006\0\0\0latin1\u0086R\u0085R" },
        { "timedelta", "cdatetime\ntimedelta\nK\u0001K\0K\0\u0087R" },
        { "frozenset", "c__builtin__\nfrozenset\n](K\u0001K\u0002e\u0085R" },
        { "TorchVersion", "ctorch.torch_version\nTorchVersion\nX\u0005\0\0\02.0.1\u0085\u0081" },
        { "argparse", "cargparse\nNamespace\n)\u0081}X\u0002\0\0\0lrG?\u00e0\0\0\0\0\0\0sb" },
        { "an enum", "c__builtin__\ngetattr\ncmy.module\nColor\nX\u0003\0\0\0RED\u0086R" },
        {
            "a flag",
            "c_operator\nor_\nc__builtin__\ngetattr\ncmy\nFlag\nX\u0001\0\0\0A\u0086Rc__builtin__\ngetattr\ncmy\nFlag\n"
                + "X\u0001\0\0\0B\u0086R\u0086R"
        },
        { "partial", "cfunctools\npartial\nc__builtin__\nlong\n\u0085R(c__builtin__\nlong\nK\u0002\u0085}Ntb" },
        { "DictConfig", "comegaconf.dictconfig\nDictConfig\n)\u0081}X\u0008\0\0\0_content}sb" },
        {
            "history",
            "cmmengine.logging.history_buffer\nHistoryBuffer\n)\u0081}X\u0001\0\0\0acnumpy.core.multiarray\n"
                + "_reconstruct\ncnumpy\nndarray\nK\0\u0085c_codecs\nencode\n"
                + "X\u0001\0\0\0b\u0085R\u0087R(K\u0001K\u0003\u0085cnumpy\ndtype\n"
                + "X\u0002\0\0\0f8\u0089\u0088\u0087R(K\u0003X\u0001\0\0\0<NNNJ\u00ff\u00ff\u00ff\u00ffJ\u00ff\u00ff"
                + "\u00ff\u00ffK\0tb\u0089NtbsbN0"
        },
        { "a list of its own class", "cmy\nList\n)\u0081(K\u0001K\u0002e" },
        {
            "a dictionary of its own class",
            "cyacs.config\nCfgNode\n)\u0081(X\u0001\0\0\0aK\u0001u}X\u0001\0\0\0bK\u0002sb"
        },
        {
            "a random generator",
            "cnumpy.random._pickle\n__randomstate_ctor\ncnumpy.random._pickle\n__bit_generator_ctor\n"
                + "X\u0007\0\0\0MT19937\u0085R\u0085R}b"
        },
        { "a module saved whole", "ctorch.nn.modules.linear\nLinear\n)\u0081}X\u0008\0\0\0training\u0088sb" },
        { "a frozenset of protocol 4", "(K\u0001K\u0002\u0091" },
        { "an object with names of protocol 4", "cmy\nThing\n)}\u0092" },
        { "a bytearray of protocol 5", "\u0096\u0002\0\0\0\0\0\0\0ab" },
        { "a long integer", "\u008b\u0009\0\0\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009" },
    };

    [Theory]
    [MemberData(nameof(Objects))]
    public void Objects_that_weights_do_not_need_are_empty_and_the_weights_are_read(string what, string instructions)
    {
        byte[] value = Bytes(instructions.Replace("N0", "", StringComparison.Ordinal));
        byte[] pickle = Around([.. PthBytes.Text(what), .. value, (byte)'s', .. value, (byte)'N', (byte)'s']);

        foreach (byte[] file in new[] { PthBytes.Zip(pickle, 6), PthBytes.Legacy(pickle, 6, "0") })
        {
            using PthFile read = PthFile.Read(folder.Write("a.pth", file));
            Assert.Equal(["w"], read.Tensors.Keys);
            Assert.Equal([2, 3], read.Tensors["w"].shape);
        }
    }

    [Theory]
    [InlineData("torch.nn.modules.conv\nConv2d\n", "an object 'torch.nn.modules.conv.Conv2d'")]
    [InlineData("collections\nOrderedDict.fromkeys\n", "an object 'collections.OrderedDict.fromkeys'")]
    public void A_file_that_is_an_object_is_refused_by_its_name(string name, string expected)
        => Assert.Contains(expected, Refused([0x80, 2, (byte)'c', .. Bytes(name), (byte)')', (byte)'R', (byte)'.']));

    [Fact]
    public void The_error_for_weights_within_an_object_explains_how_to_save_them()
    {
        string message = Refused(
            [0x80, 2, .. Bytes("}X\u0005\0\0\0modelctorchvision.models.resnet\nResNet\n)\u0081}bs.")]);

        Assert.Contains("'torchvision.models.resnet.ResNet'", message);
        Assert.Contains("torch.save(model.state_dict()", message);
    }

    [Theory]
    [InlineData("ctorch\nComplexFloatStorage\n", 8, "complex64")]
    [InlineData("ctorch\nQInt8Storage\n", 1, "qint8")]
    public void Tensors_of_types_that_are_not_read_are_left_out_by_name(string storage, int size, string type)
    {
        byte[] pickle = Around(
            [.. PthBytes.Text("odd"), .. Tensor("_rebuild_tensor_v2", storage, "1", 3, ""), (byte)'s']);
        byte[] file = [.. PthBytes.Legacy(pickle, 6, "0", "1"), .. BitConverter.GetBytes(3L), .. new byte[3 * size]];

        using PthFile read = PthFile.Read(folder.Write("a.pth", file));
        Assert.Equal(["w"], read.Tensors.Keys);
        Assert.Equal([$"odd (of type {type})"], ((IWeightsFile)read).LeftOut.Select(left => left.ToString()));
    }

    [Fact]
    public void Types_without_a_separate_storage_and_other_kinds_of_tensors_are_left_out_by_name()
    {
        byte[] pickle = Around(
        [
            .. PthBytes.Text("small"),
            .. Tensor("_rebuild_tensor_v3", "ctorch\nUntypedStorage\n", "0", 24, "ctorch\nuint16\n"), (byte)'s',
            .. PthBytes.Text("known"),
            .. Tensor("_rebuild_tensor_v3", "ctorch\nUntypedStorage\n", "0", 24, "ctorch\nint16\n"), (byte)'s',
            .. PthBytes.Text("few"), .. Bytes("ctorch._utils\n_rebuild_sparse_tensor\nN\u0085R"), (byte)'s',
            .. PthBytes.Text("own"),
            .. Bytes("ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\ncmy\nTensor\n"),
            .. Arguments("ctorch\nFloatStorage\n", "0", 6, ""), .. Bytes("}tR}b"), (byte)'s',
        ]);

        using PthFile read = PthFile.Read(folder.Write("a.pth", PthBytes.Zip(pickle, 6)));
        Assert.Equal(["w", "known", "own"], read.Tensors.Keys);
        Assert.Equal(TorchSharp.torch.ScalarType.Int16, read.Tensors["known"].dtype);
        Assert.Equal(
            ["small (of type uint16)", "few (of type sparse numbers)"],
            ((IWeightsFile)read).LeftOut.Select(left => left.ToString()));
    }

    [Fact]
    public void A_long_key_in_many_dictionaries_does_not_multiply()
    {
        // A key of 900,000 letters, a dictionary with that key and a tensor, and 2,000 dictionaries around both.
        byte[] tensor = [.. Tensor("_rebuild_tensor_v2", "ctorch\nFloatStorage\n", "0", 6, "")];
        byte[] all =
        [
            0x80, 2, (byte)'X', .. BitConverter.GetBytes(900_000), .. Enumerable.Repeat((byte)'k', 900_000),
            .. Bytes("q\u0001\u0030"), .. tensor, .. Bytes("q\u0002\u0030}"),
            .. Enumerable.Range(0, 2000)
                .SelectMany(i => (byte[])[(byte)'M', (byte)i, (byte)(i >> 8), .. Bytes("}h\u0001h\u0002ss")]),
            (byte)'.',
        ];

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("names of 90000", Refused(all));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 30_000_000);
    }

    [Fact]
    public void Names_by_the_thousand_are_refused()
        => Assert.Contains(
            "more than 10000 names",
            Refused([0x80, 2, .. Enumerable.Range(0, 10_001).SelectMany(i => Bytes($"cm\nn{i}\n0")), .. Bytes("}.")]));

    [Fact]
    public void A_side_beside_a_zero_is_bounded_too()
        => Assert.Contains("does not lie within its storage", Refused(
            PthBytes.OneTensor(6, 0, [0, .. Enumerable.Repeat(2_000_000_000L, 14)], [.. Enumerable.Repeat(1L, 15)])));

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>{"w": tensor} and more items: keys, values, and the instruction that sets them.</summary>
    private static byte[] Around(byte[] items)
        => [.. PthBytes.OneTensor(6, 0, [2, 3], [3, 1])[..^1], .. items, (byte)'.'];

    private static byte[] Tensor(string function, string storage, string key, int count, string type)
        => [.. Bytes($"ctorch._utils\n{function}\n"), .. Arguments(storage, key, count, type), (byte)'R'];

    /// <summary>A tensor of two numbers of a storage.</summary>
    private static byte[] Arguments(string storage, string key, int count, string type) =>
    [
        .. "(("u8, .. PthBytes.Text("storage"), .. Bytes(storage), .. PthBytes.Text(key), .. PthBytes.Text("cpu"),
        (byte)'K', (byte)count, .. "tQ"u8, .. Bytes("K\0K\u0002\u0085K\u0001\u0085\u0089ccollections\nOrderedDict\n)R"),
        .. Bytes(type), (byte)'t',
    ];

    private string Refused(byte[] pickle)
    {
        string path = folder.Write("a.pth", PthBytes.Zip(pickle, 6));
        string message = Assert.Throws<DataException>(() => PthFile.Read(path)).Message;
        Assert.Contains(path, message);
        return message;
    }
}
