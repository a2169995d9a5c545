using System.Text.Json.Nodes;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Embeddings;
using SimClr.Encoders;

namespace SimClr.Tests.Cli;

public sealed class ExportHuggingFaceCommandTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    [Fact]
    public void The_folder_gives_the_same_embeddings_and_states_what_was_measured()
    {
        // A run whose encoder timm has: of full width.
        foreach (string file in new[] { "run.json", "state.json" })
        {
            Directory.CreateDirectory(fixture.At("wide"));
            File.Copy(fixture.At($"run/{file}"), fixture.At($"wide/{file}"), overwrite: true);
        }

        var options = new EncoderOptions { Name = "resnet18", Stem = EncoderStem.ImageNet };
        using (var encoder = new TrainedEncoder(
            EncoderCatalog.Create(options, 32), options, new ViewOptions { Size = 32 }))
        {
            encoder.Save(fixture.At("wide/encoder.safetensors"));
        }

        CommandRun.Of(
            "evaluate", "knn", fixture.At("wide"), "--train", fixture.At("train"), "--test", fixture.At("test"), "--k",
            "3");
        JsonObject json = CommandRun.Of("export", "hf", fixture.At("wide"), "--out", fixture.At("hf"), "--json").Json;
        Assert.Equal(0, (double)json["max_difference"]!);
        Assert.Equal(fixture.At("hf/model.safetensors"), (string)json["file"]!);
        Assert.Equal(Rows("wide"), Rows("hf"));

        string card = File.ReadAllText(fixture.At("hf/README.md"));
        Assert.StartsWith("---\nlibrary_name: timm\n", card, StringComparison.Ordinal);
        Assert.Matches(@"\| knn \| .*train \(24\).*test \(8\) \| \d+\.\d% \| ", card);
        Assert.Contains("\n# hf\n", card);

        Assert.Contains("a new or empty directory with --out", CommandRun.Of(
            "export", "hf", fixture.At("wide"), "--out", fixture.At("hf")).Refused(2));
    }

    [Fact]
    public void An_encoder_that_timm_does_not_have_is_refused()
    {
        Assert.Contains("a width of 0.0625", CommandRun.Of(
            "export", "hf", fixture.At("run"), "--out", fixture.At("never")).Refused(2));
        Assert.False(Directory.Exists(fixture.At("never")));
    }

    private float[] Rows(string run)
    {
        string file = fixture.At($"{run}.npy");
        CommandRun.Of("embed", fixture.At(run), fixture.At("test"), "--out", file, "--threads", "1");
        EmbeddingTable table = EmbeddingFile.Read(file);
        return [.. Enumerable.Range(0, table.Count).SelectMany(row => table[row].ToArray())];
    }
}
