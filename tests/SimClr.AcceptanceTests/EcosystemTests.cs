using System.Text.Json;
using SimClr.Checkpoints;
using SimClr.Embeddings;
using SimClr.Encoders;
using static TorchSharp.torch;

namespace SimClr.AcceptanceTests;

/// <summary>Exported files open in the programs they are written for.</summary>
public sealed class EcosystemTests : IDisposable
{
    private readonly WorkingFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Npy_and_safetensors_hold_the_same_numbers_for_numpy()
    {
        Untrained(new() { Name = "resnet18", Width = 1.0 / 16 }, size: 16).Dispose();
        folder.Images("photos", 5, classes: false);
        foreach (string file in new[] { "photos.npy", "photos.safetensors" })
        {
            Simclr.Run(folder.Path, "embed", "encoder.safetensors", "photos", "--out", file).Succeeded();
        }

        // safetensors by its documented layout: the length of the header, the header as JSON, the numbers.
        JsonElement seen = Python.Run(folder.Path, ["numpy", "json", "struct"], """
            import numpy, json, struct
            npy = numpy.load("photos.npy", allow_pickle=False)
            data = open("photos.safetensors", "rb").read()
            length = struct.unpack("<Q", data[:8])[0]
            entry = json.loads(data[8:8 + length])["embeddings"]
            first, last = entry["data_offsets"]
            rows = numpy.frombuffer(data[8 + length + first:8 + length + last], "<f4").reshape(entry["shape"])
            equal = bool((npy == rows).all())
            print(json.dumps({"shape": npy.shape, "type": str(npy.dtype), "equal": equal, "last": float(npy[-1, -1])}))
            """);

        EmbeddingTable ours = EmbeddingFile.Read(folder.PathOf("photos.npy"));
        Assert.Equal(
            [ours.Count, ours.Dimension], seen.GetProperty("shape").EnumerateArray().Select(side => side.GetInt32()));
        Assert.Equal("float32", seen.GetProperty("type").GetString());
        Assert.True(seen.GetProperty("equal").GetBoolean());
        Assert.Equal(ours[4][^1], (float)seen.GetProperty("last").GetDouble());
    }

    [Theory]
    [InlineData(
        "pyarrow", "import pyarrow.parquet, json\nrows = pyarrow.parquet.read_table('photos.parquet').to_pylist()")]
    [InlineData(
        "duckdb",
        "import duckdb, json\nrows = [dict(zip(('path', 'embedding'), row)) for row in duckdb.sql(\"select path, "
            + "embedding from 'photos.parquet'\").fetchall()]")]
    public void Parquet_opens_in_pyarrow_and_DuckDB(string module, string program)
    {
        Untrained(new() { Name = "resnet18", Width = 1.0 / 16 }, size: 16).Dispose();
        folder.Images("photos", 5, classes: false);
        Simclr.Run(folder.Path, "embed", "encoder.safetensors", "photos", "--out", "photos.parquet").Succeeded();

        JsonElement seen = Python.Run(
            folder.Path,
            [module],
            $"{program}\nprint(json.dumps([[row['path'], len(row['embedding'])] for row in rows]))");

        Assert.Equal(5, seen.GetArrayLength());
        Assert.EndsWith("00004.png", seen[4][0].GetString());
        Assert.Equal(32, seen[4][1].GetInt32());
    }

    [Theory]
    [InlineData("")]
    [InlineData("--preprocess --normalize")]
    public void The_ONNX_checker_reports_nothing(string options)
    {
        Untrained(new() { Name = "resnet18", Width = 1.0 / 16 }, size: 16).Dispose();
        Simclr.Run(folder.Path, [
            "export", "onnx", "encoder.safetensors", "--out", "encoder.onnx",
            .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]).Succeeded();

        JsonElement opset = Python.Run(folder.Path, ["onnx"], """
            import onnx
            model = onnx.load("encoder.onnx")
            onnx.checker.check_model(model, full_check=True)
            print(model.opset_import[0].version)
            """);

        Assert.Equal(17, opset.GetInt32());
    }

    [Fact]
    public void PyTorch_loads_the_weights_strictly_and_computes_the_same()
    {
        using TrainedEncoder encoder = Untrained(new() { Name = "resnet18", Stem = EncoderStem.ImageNet }, size: 64);
        Simclr.Run(folder.Path, "export", "pth", "encoder.safetensors", "--out", "encoder.pth").Succeeded();

        JsonElement seen = Python.Run(folder.Path, ["torch", "torchvision"], """
            import torch, torchvision, json
            model = torchvision.models.resnet18()
            model.fc = torch.nn.Identity()
            model.load_state_dict(torch.load("encoder.pth"), strict=True)
            images = torch.arange(2 * 3 * 64 * 64, dtype=torch.float64).mul(0.37).sin().float().reshape(2, 3, 64, 64)
            with torch.no_grad():
                print(json.dumps(model.eval()(images).flatten().tolist()))
            """);

        using var scope = NewDisposeScope();
        using var inference = no_grad();
        encoder.Module.eval();
        Tensor images = arange(2 * 3 * 64 * 64, dtype: ScalarType.Float64).mul(0.37).sin().to(
            ScalarType.Float32).reshape(2, 3, 64, 64);
        float[] ours = encoder.Module.forward(images).flatten().data<float>().ToArray();
        float[] theirs = [.. seen.EnumerateArray().Select(value => value.GetSingle())];
        Assert.Equal(1024, ours.Length);
        Assert.True(ours.Max() > 0.1, "the outputs are not trivial");
        Assert.All(ours.Zip(theirs), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    private TrainedEncoder Untrained(EncoderOptions options, int size)
    {
        var encoder = new TrainedEncoder(EncoderCatalog.Create(options, size), options, new() { Size = size });
        encoder.Save(folder.PathOf("encoder.safetensors"));
        return encoder;
    }
}
