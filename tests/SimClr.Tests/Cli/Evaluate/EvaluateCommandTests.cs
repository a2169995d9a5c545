using System.Text.Json.Nodes;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Encoders;
using SimClr.Tests.Data;
using SkiaSharp;

namespace SimClr.Tests.Cli;

[Collection(ComputeThreadsCollection.Name)]
public sealed class EvaluateCommandTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    [Theory]
    [InlineData("run")]
    [InlineData("run/encoder.safetensors")]
    public void Knn_prints_one_object_with_the_promised_keys(string encoder)
    {
        CommandRun result = Evaluate("knn", encoder, "--k", "5", "--json");
        JsonObject json = result.Json;

        Assert.Equal(1, json["top1"]!.GetValue<double>());   // red and blue
        Assert.Equal(1, json["top5"]!.GetValue<double>());
        Assert.Equal(5, json["k"]!.GetValue<int>());
        Assert.Equal(24, json["train_images"]!.GetValue<int>());
        Assert.Equal(8, json["test_images"]!.GetValue<int>());
        Assert.Equal(2, json["classes"]!.GetValue<int>());
        Assert.Equal(0, json["skipped_images"]!.GetValue<int>());
        Assert.Contains("embedding", result.Error);
    }

    [Fact]
    public void Knn_states_the_accuracy_in_percent_beside_chance()
    {
        CommandRun result = Evaluate("knn", "run", "--k", "4", "--temperature", "0.2");

        Assert.Equal(0, result.Code);
        Assert.Contains("k 4, temperature 0.2", result.Output);
        Assert.Contains("top-1 100.0%", result.Output);
        Assert.Contains("chance level 50.0% top-1", result.Output);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Linear_prints_one_object_with_the_promised_keys(bool fixedFeatures)
    {
        JsonObject json = Evaluate(
            "linear", "run", ["--epochs", "3", "--json", .. fixedFeatures ? new[] { "--fixed-features" } : []]).Json;

        Assert.InRange(json["top1"]!.GetValue<double>(), fixedFeatures ? 1 : 0, 1);
        Assert.Equal(1, json["top5"]!.GetValue<double>());
        Assert.Equal(3, json["epochs"]!.GetValue<int>());
        Assert.Equal(24, json["train_images"]!.GetValue<int>());
        Assert.Equal(8, json["test_images"]!.GetValue<int>());
        Assert.Equal(2, json["classes"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("16", "note: --batch-size 16 leaves out 8 of 24 training images in each epoch", 16)]
    [InlineData("12", null, 12)]
    [InlineData(null, null, 24)]
    public void Linear_warns_if_the_batch_leaves_out_much_of_an_epoch(string? batch, string? note, int used)
    {
        CommandRun run = Evaluate(
            "linear",
            "run",
            [
                "--epochs", "1", "--fixed-features",
                "--json", .. batch is null ? Array.Empty<string>() : ["--batch-size", batch],
            ]);

        Assert.Equal(used, run.Json["batch_size"]!.GetValue<int>());
        Assert.Equal(note is not null, run.Error.Contains("leaves out", StringComparison.Ordinal));
        Assert.Contains(note ?? "", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("knn")]
    [InlineData("linear")]
    public void Every_accuracy_comes_with_its_interval_and_on_request_with_classes_and_predictions(string measure)
    {
        string file = fixture.At($"{measure}/new/predictions.csv");
        string[] options = measure == "linear" ? ["--epochs", "2", "--fixed-features"] : ["--k", "3"];
        JsonObject json = Evaluate(measure, "run", [.. options, "--per-class", "--predictions", file, "--json"]).Json;

        foreach (string key in new[] { "top1", "top5", "mean_per_class" })
        {
            double[] interval = [.. json[$"{key}_interval"]!.AsArray().Select(end => end!.GetValue<double>())];
            Assert.InRange(json[key]!.GetValue<double>(), interval[0], interval[1]);
        }

        Assert.Equal(["blue", "red"], json["per_class"]!.AsArray().Select(row => row!["class"]!.GetValue<string>()));
        Assert.Equal(8, json["confusion"]!.AsArray().Sum(row => row!.AsArray().Sum(count => count!.GetValue<int>())));
        Assert.Equal(file, json["predictions"]!.GetValue<string>());
        string[] lines = File.ReadAllLines(file);
        Assert.Equal("path,label,prediction,correct", lines[0]);
        Assert.Equal(8, lines.Length - 1);
        Assert.Equal(
            json["top1"]!.GetValue<double>() * 8, lines.Count(line => line.EndsWith(",1", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_table_of_classes_is_printed_too()
    {
        CommandRun result = Evaluate("knn", "run", "--k", "3", "--per-class");

        Assert.Matches(@"(?m)^red +4 +4 +100\.0% +4 +100\.0%$", result.Output);
        Assert.Contains("mean per class 100.0% [100.0, 100.0] of 8 test images", result.Output);
    }

    [Fact]
    public void A_predictions_file_that_cannot_be_written_is_refused_before_anything_is_computed()
    {
        CommandRun result = Evaluate("knn", "run", "--predictions", fixture.At("train"));

        Assert.Contains("--predictions: ", result.Refused(2));
        Assert.DoesNotContain("embedding", result.Error);
    }

    [Theory]
    [InlineData(null, 20, 4)]
    [InlineData("test", 24, 8)]
    public void Logistic_prints_one_object_with_the_promised_keys(string? validation, int train, int held)
    {
        JsonObject json = Evaluate(
            "logistic",
            "run",
            ["--json", .. validation is null ? Array.Empty<string>() : ["--validation", fixture.At(validation)]]).Json;

        Assert.Equal(1, json["top1"]!.GetValue<double>());
        Assert.Equal(1, json["mean_per_class"]!.GetValue<double>());
        Assert.Equal(45, json["sweep"]!.AsArray().Count);
        Assert.Contains(
            json["sweep"]!.AsArray(), point => point!["l2"]!.GetValue<double>() == json["l2"]!.GetValue<double>());
        Assert.Equal((train, held, 8), (
            json["train_images"]!.GetValue<int>(),
            json["validation_images"]!.GetValue<int>(),
            json["test_images"]!.GetValue<int>()));
    }

    [Fact]
    public void Logistic_sees_the_whole_short_side_as_the_paper_does_in_transfer()
    {
        // The classes differ only in the outermost pixels, which the margin of the usual crop would remove.
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 40; i++)
        {
            SKColor edge = i % 2 == 0 ? SKColors.Red : SKColors.Blue;
            var inside = new SKColor((byte)(40 + (i / 2)), 90, 90);
            folder.Write(
                $"{(i < 30 ? "train" : "test")}/{(i % 2 == 0 ? "red" : "blue")}/{i}.png",
                EncodedImages.Encode(
                    40, 40, (x, y) => x is 0 or 39 || y is 0 or 39 ? edge : inside, SKEncodedImageFormat.Png));
        }

        var options = new EncoderOptions { Name = "resnet18", Width = 0.0625 };
        var views = new ViewOptions { Size = 40, Blur = false };
        using (var encoder = new TrainedEncoder(EncoderCatalog.Create(options, views.Size), options, views))
        {
            encoder.Save(folder.PathOf("encoder.safetensors"));
        }

        JsonObject json = CommandRun.Of(
            "evaluate", "logistic", folder.PathOf("encoder.safetensors"), "--train", folder.PathOf("train"),
            "--test", folder.PathOf("test"), "--threads", "1", "--json").Json;

        Assert.Equal(1, json["top1"]!.GetValue<double>());
    }

    [Theory]
    [InlineData("knn")]
    [InlineData("linear")]
    [InlineData("logistic")]
    [InlineData("finetune")]
    public void One_class_alone_is_refused_before_anything_is_computed(string measure)
    {
        string manifest = fixture.At("single.csv");
        File.WriteAllText(manifest, "path,label\n" + string.Concat(
            Directory.GetFiles(fixture.At("train/red")).Select(file => $"{file},red\n")));
        CommandRun result = CommandRun.Of(
            "evaluate", measure, fixture.At("run"), "--train", manifest, "--test", manifest, "--threads", "1");

        Assert.Contains(
            "all 12 images are of one class ('red'); expected images of at least two classes", result.Refused(3));
        Assert.DoesNotContain("embedding", result.Error);
    }

    [Fact]
    public void Logistic_refuses_a_validation_set_of_other_classes_before_anything_is_computed()
    {
        CommandRun result = Evaluate("logistic", "run", "--validation", "sample:test");

        Assert.Contains("training and validation images have different classes", result.Refused(3));
        Assert.DoesNotContain("embedding", result.Error);
    }

    [Fact]
    public void Knn_refuses_embeddings_of_zeros_and_names_the_first()
    {
        var options = new EncoderOptions { Name = "resnet18", Width = 0.0625 };
        var views = new ViewOptions { Size = 16, Blur = false };
        using (var encoder = new TrainedEncoder(EncoderCatalog.Create(options, views.Size), options, views))
        {
            using var noGradient = TorchSharp.torch.no_grad();
            foreach (TorchSharp.Modules.Parameter parameter in encoder.Module.parameters())
            {
                parameter.zero_();
            }

            encoder.Save(fixture.At("zeros.safetensors"));
        }

        string error = Evaluate("knn", "zeros.safetensors", "--k", "3").Refused(3);

        Assert.Contains("24 of 24 embeddings are all zeros", error);
        Assert.Contains(".png (row 0)", error);
    }

    [Fact]
    public void More_neighbors_than_images_are_refused_before_anything_is_computed()
    {
        CommandRun result = Evaluate("knn", "run", "--k", "25");

        Assert.Contains("only 24 training images", result.Refused(3));
        Assert.DoesNotContain("embedding", result.Error);
    }

    [Theory]
    [InlineData("knn")]
    [InlineData("linear")]
    public void Images_without_labels_are_refused(string measure)
        => Assert.Contains("has no labels", CommandRun.Of(
            "evaluate", measure, fixture.At("run"), "--train", fixture.At("train"), "--test", fixture.At("flat"),
            "--json").Refused(3));

    [Fact]
    public void Other_classes_are_refused()
        => Assert.Contains("different classes", CommandRun.Of(
            "evaluate", "knn", fixture.At("run"), "--train", fixture.At("train"), "--test", "sample:test").Refused(3));

    [Theory]
    [InlineData("nowhere", "found neither")]
    [InlineData("train", "found neither")]
    [InlineData("tiny.yaml", "this is not a weights file")]
    public void A_folder_without_a_run_is_refused(string run, string message)
        => Assert.Contains(message, Evaluate("knn", run).Refused(3));

    [Fact]
    public void Unreadable_images_are_counted_up_to_the_share_that_set_allows()
    {
        string[] line =
        [
            "evaluate", "knn", fixture.At("run"), "--train", fixture.At("train"), "--test", fixture.At("flawed"),
        ];

        Assert.Contains("--set data.max_skipped=", CommandRun.Of(line).Refused(3));
        JsonObject json = CommandRun.Of([.. line, "--set", "data.max_skipped=0.5", "--json"]).Json;

        Assert.Equal(1, json["skipped_images"]!.GetValue<int>());
        Assert.Equal(4, json["test_images"]!.GetValue<int>());
    }

    [Fact]
    public void Settings_of_the_encoders_training_cannot_be_overridden()
        => Assert.Contains(
            "expected a key of the section data", Evaluate("knn", "run", "--set", "views.size=8").Refused(2));

    private CommandRun Evaluate(string measure, string run, params string[] more) => CommandRun.Of(
        [
            "evaluate", measure, fixture.At(run), "--train", fixture.At("train"), "--test", fixture.At("test"),
            "--threads", "1", .. more,
        ]);
}
