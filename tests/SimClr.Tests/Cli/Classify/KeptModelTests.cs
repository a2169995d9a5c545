using System.Text.Json.Nodes;
using SimClr.Tests.Data;

namespace SimClr.Tests.Cli.Classify;

/// <summary>The verbs that keep a classifier.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class KeptModelTests(ModelFixture fixture) : IClassFixture<ModelFixture>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Label_says_what_it_kept_and_how_good_it_is()
    {
        JsonObject json = fixture.Labeling.Json;

        Assert.Equal(fixture.Model, json["model"]!.GetValue<string>());
        Assert.Equal(12, json["labels"]!.GetValue<int>());
        Assert.Equal(
            json["cross_validation"]!["accuracy"]!.GetValue<double>(), json["accuracy"]!.GetValue<double>());
        Assert.InRange(json["temperature"]!.GetValue<double>(), 0.01, 100);
        Assert.InRange(json["calibration_error"]!.GetValue<double>(), 0, 1);
        Assert.InRange(json["calibration_error_without_temperature"]!.GetValue<double>(), 0, 1);
    }

    [Fact]
    public void Embeddings_with_their_run_give_the_same_classifier_as_images()
    {
        Embed("e.npy");

        JsonObject json = Label("e.npy", "m.simclr", "--run", fixture.RunAt("run")).Json;

        Assert.Equal(fixture.Labeling.Json["accuracy"]!.GetValue<double>(), json["accuracy"]!.GetValue<double>());
        Assert.Equal(File.ReadAllBytes(fixture.Model), File.ReadAllBytes(folder.PathOf("m.simclr")));
    }

    [Fact]
    public void An_index_names_its_encoder()
    {
        Assert.Equal(0, CommandRun.Of(
            "index", "create", fixture.RunAt("train"), "--run", fixture.RunAt("run"), "--out",
            folder.PathOf("i.index")).Code);

        Assert.Equal(12, Label("i.index", "m.simclr").Json["labels"]!.GetValue<int>());
    }

    [Fact]
    public void Embeddings_of_another_layer_or_image_are_refused()
    {
        Embed("z.npy", "--projection");
        Embed("e.csv");
        string[] rows = File.ReadAllLines(folder.PathOf("e.csv"));
        string[][] cells = [.. rows.Select(row => row.Split(','))];
        int first = Array.IndexOf(cells[0], "e0");
        File.WriteAllLines(folder.PathOf("e.csv"), rows.Index().Select(row => row.Index == 0 ? row.Item
            : string.Join(',', cells[row.Index][..first].Concat(cells[^row.Index][first..]))));   // Reversed vectors.

        Assert.Contains(
            "give the encoder that computed them",
            Label("z.npy", "m.simclr", "--run", fixture.RunAt("run")).Refused(3));
        Assert.Contains(
            "was not computed by the encoder of", Label("e.csv", "m.simclr", "--run", fixture.RunAt("run")).Refused(3));
        Assert.False(File.Exists(folder.PathOf("m.simclr")));
    }

    [Fact]
    public void What_a_model_needs_is_explained()
    {
        Embed("e.npy");

        Assert.Contains("--run is missing", Label("e.npy", "m.simclr").Refused(2));
        Assert.Contains("--model keeps a classifier of known labels", CommandRun.Of(
            "label", folder.PathOf("e.npy"), "--suggest", "3", "--model", folder.PathOf("m.simclr")).Refused(2));
        Assert.Contains("expected a file that ends in .simclr", Label("e.npy", "m.safetensors").Refused(2));
        Assert.Contains("--force applies to the file of --model", CommandRun.Of(
            "label", folder.PathOf("e.npy"), "--labels", fixture.At("labels.csv"), "--force").Refused(2));
    }

    [Fact]
    public void A_kept_classifier_is_replaced_by_force_alone()
    {
        string file = folder.Write("m.simclr", File.ReadAllBytes(fixture.Model));
        folder.Write("other.simclr", "typed by hand");
        Embed("e.npy");

        Assert.Contains(
            "already exists; --force replaces it",
            Label("e.npy", "m.simclr", "--run", fixture.RunAt("run")).Refused(2));
        Assert.Equal(0, Label("e.npy", "m.simclr", "--run", fixture.RunAt("run"), "--force").Code);
        Assert.Contains(
            "exists and is not a classifier",
            Label("e.npy", "other.simclr", "--run", fixture.RunAt("run"), "--force").Refused(2));
        Assert.True(File.Exists(file));
    }

    [Theory]
    [InlineData("h")]
    [InlineData("z")]
    [InlineData("1")]
    public void A_logistic_regression_is_kept_and_classifies_as_it_was_tested(string layer)
    {
        string file = folder.PathOf("l.simclr");
        string predictions = folder.PathOf("p.csv");
        JsonObject json = CommandRun.Of(
            "evaluate", "logistic", fixture.RunAt("run"), "--train", fixture.RunAt("train"), "--test",
            fixture.RunAt("test"), "--layer", layer, "--out", file, "--predictions", predictions, "--json").Json;

        Assert.Equal(file, json["model"]!.GetValue<string>());
        JsonObject again = CommandRun.Of("classify", file, fixture.RunAt("test"), "--json").Json;
        Assert.Equal(json["top1"]!.GetValue<double>(), again["accuracy"]!.GetValue<double>());
        Assert.Equal(
            File.ReadAllLines(predictions)[1..].Select(line => line.Split(',')[2]),
            again["predictions"]!.AsArray().Select(image => image!["label"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("--fixed-features")]
    [InlineData("--batch-size", "8")]
    public void A_linear_layer_is_kept_and_classifies_as_it_was_tested(params string[] recipe)
    {
        string file = folder.PathOf("l.simclr");
        string predictions = folder.PathOf("p.csv");
        JsonObject json = CommandRun.Of(
        [
            "evaluate", "linear", fixture.RunAt("run"), "--train", fixture.RunAt("train"), "--test",
            fixture.RunAt("test"), "--epochs", "20", "--out", file, "--predictions", predictions, "--json", .. recipe,
        ]).Json;

        Assert.Equal(24, json["labels"]!.GetValue<int>());
        Assert.InRange(json["calibration_error"]!.GetValue<double>(), 0, 1);
        Assert.Equal(
            File.ReadAllLines(predictions)[1..].Select(line => line.Split(',')[2]),
            CommandRun.Of("classify", file, fixture.RunAt("test"), "--json").Json["predictions"]!.AsArray()
                .Select(image => image!["label"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData(true, "--grid", "thin", "--steps", "2")]
    [InlineData(false, "--rate", "0.05", "--steps", "8", "--from-projection-layer", "1")]
    public void A_fine_tuned_network_classifies_as_it_was_tested(bool isCalibrated, params string[] recipe)
    {
        string output = folder.PathOf("tuned");
        string predictions = folder.PathOf("p.csv");
        Assert.Equal(0, CommandRun.Of(
        [
            "evaluate", "finetune", fixture.RunAt("run"), "--train", fixture.RunAt("train"), "--test",
            fixture.RunAt("test"), "--out", output, "--predictions", predictions, "--batch-size", "8", .. recipe,
        ]).Code);

        CommandRun run = CommandRun.Of("classify", output, fixture.RunAt("test"), "--json");
        Assert.Equal(
            File.ReadAllLines(predictions)[1..].Select(line => line.Split(',')[2]),
            run.Json["predictions"]!.AsArray().Select(image => image!["label"]!.GetValue<string>()));
        Assert.NotNull(run.Json["novelty_threshold"]);
        Assert.Contains(
            isCalibrated ? "held-out training images" : "(test images; ",
            CommandRun.Of("classify", output, fixture.RunAt("test")).Output);
        Assert.Equal(isCalibrated, run.Json["temperature"]!.GetValue<double>() != 1);
    }

    [Fact]
    public void A_supervised_run_is_a_classifier_without_measures()
    {
        string run = folder.PathOf("supervised");
        Assert.Equal(0, CommandRun.Of(
            "supervised", fixture.RunAt("train"), "--out", run, "--config", fixture.RunAt("tiny.yaml")).Code);

        CommandRun found = CommandRun.Of("classify", run, fixture.RunAt("test"), "--json");

        Assert.Equal(8, found.Json["images"]!.GetValue<int>());
        Assert.Null(found.Json["model_accuracy"]);
        Assert.Null(found.Json["novelty_threshold"]);
        Assert.All(found.Json["predictions"]!.AsArray(), image => Assert.Null(image!["novelty"]));
    }

    private void Embed(string name, params string[] more)
        => Assert.Equal(0, CommandRun.Of(
            ["embed", fixture.RunAt("run"), fixture.RunAt("train"), "--out", folder.PathOf(name), .. more]).Code);

    private CommandRun Label(string source, string model, params string[] more)
        => CommandRun.Of(
        [
            "label", folder.PathOf(source), "--labels", fixture.At("labels.csv"), "--model", folder.PathOf(model),
            "--json", .. more,
        ]);
}
