using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Cli.Verbs;
using SimClr.Embeddings;
using SimClr.Heads;
using SimClr.Training;

namespace SimClr.Tests.Cli;

[Collection(ComputeThreadsCollection.Name)]
public sealed class LayerOptionTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    [Theory]
    [InlineData("h", 32)]
    [InlineData("1", 32)]
    [InlineData("z", 16)]
    public void Rows_have_the_width_of_the_layer(string layer, int width)
        => Assert.Equal((24, width), (Embed(layer).Count, Embed(layer).Dimension));

    [Fact]
    public void Layer_z_is_the_projection_and_layer_1_is_what_its_last_layer_reads()
    {
        string projection = fixture.At("projection.npy");
        _ = CommandRun.Of(
            "embed", fixture.At("run"), fixture.At("train"), "--out", projection, "--projection", "--json").Json;
        EmbeddingTable z = Embed("z");
        Assert.Equal(EmbeddingsInputs.Read(projection).Values, z.Values);

        // z = BN(W2 · layer 1), written out from the tensors of the checkpoint.
        EmbeddingTable hidden = Embed("1");
        Assert.All(hidden.Values, value => Assert.True(value >= 0));
        using SafetensorsFile file = SafetensorsFile.Read(new RunDirectory(fixture.At("run")).LatestCheckpoint()!);
        float[] weight = Numbers(file, "linear2.weight");
        (float[] scale, float[] mean, float[] variance) = (
            Numbers(file, "bn2.weight"), Numbers(file, "bn2.running_mean"), Numbers(file, "bn2.running_var"));
        for (int row = 0; row < z.Count; row++)
        {
            for (int i = 0; i < z.Dimension; i++)
            {
                double product = 0;
                for (int j = 0; j < hidden.Dimension; j++)
                {
                    product += (double)weight[(i * hidden.Dimension) + j] * hidden[row][j];
                }

                Assert.Equal((product - mean[i]) / Math.Sqrt(variance[i] + 1e-5) * scale[i], z[row][i], 1e-3);
            }
        }
    }

    [Fact]
    public void An_encoder_with_a_head_is_as_wide_as_the_head()
    {
        using TrainedEncoder encoder = TrainedHead.LoadEncoder(fixture.At("run"), TrainedHead.Z);
        Assert.IsType<ProjectionHead>(encoder.Head);
        Assert.Equal(16, encoder.Dimension);
    }

    [Theory]
    [InlineData("knn", "z", "--k", "3")]
    [InlineData("linear", "1", "--epochs", "2")]
    [InlineData("linear", "z", "--epochs", "2", "--fixed-features")]
    [InlineData("logistic", "z")]
    public void Evaluations_take_the_layer_and_name_it(string measure, string layer, params string[] more)
    {
        string[] words =
        [
            "evaluate", measure, fixture.At("run"), "--train", fixture.At("train"), "--test", fixture.At("test"),
            "--layer", layer, .. more,
        ];
        JsonObject json = CommandRun.Of([.. words, "--json"]).Json;
        Assert.Equal(layer, json["layer"]!.GetValue<string>());
        Assert.InRange(json["top1"]!.GetValue<double>(), 0, 1);
        Assert.Contains($"layer {layer}", CommandRun.Of(words).Output);
    }

    [Theory]
    [InlineData("run", "2", 2, "the last of which is the projection; expected 1")]
    [InlineData("run", "x", 2, "got layer 'x', expected h, z, or the number of a hidden layer")]
    [InlineData("run", "0", 2, "got layer '0', expected h, z, or the number of a hidden layer")]
    [InlineData("run/encoder.safetensors", "z", 2, "holds no projection head")]
    [InlineData("run/encoder.safetensors", "1", 2, "holds no projection head")]
    public void A_layer_that_is_not_there_is_refused(string run, string layer, int code, string expected)
        => Assert.Contains(
            expected,
            CommandRun.Of(
                "evaluate", "knn", fixture.At(run), "--train", fixture.At("train"), "--test", fixture.At("test"),
                "--layer", layer).Refused(code));

    [Fact]
    public void Projection_and_another_layer_contradict_each_other()
        => Assert.Contains(
            "--projection: got --layer 1 as well",
            CommandRun.Of(
                "embed", fixture.At("run"), fixture.At("train"), "--out", fixture.At("both.npy"), "--projection",
                "--layer", "1").Refused(2));

    private static float[] Numbers(SafetensorsFile file, string name)
        => [.. file.Tensors[$"head.layers.{name}"].data<float>()];

    private EmbeddingTable Embed(string layer)
    {
        string file = fixture.At($"layer-{layer}.npy");
        _ = CommandRun.Of(
            "embed", fixture.At("run"), fixture.At("train"), "--out", file, "--layer", layer, "--json").Json;
        return EmbeddingsInputs.Read(file);
    }
}
