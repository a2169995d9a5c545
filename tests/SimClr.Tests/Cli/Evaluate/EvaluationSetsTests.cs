using System.Text.Json.Nodes;
using SimClr.Tests.Data;
using SkiaSharp;

namespace SimClr.Tests.Cli;

/// <summary>Images shared by training and test sets, and the matching of their classes, in every protocol.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class EvaluationSetsTests(RunFixture fixture) : IClassFixture<RunFixture>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>Four images of two colors that are in no set of the fixture.</summary>
    private string Others
    {
        get
        {
            foreach (int i in Enumerable.Range(0, 2))
            {
                folder.Write(
                    $"others/red/{i}.png",
                    EncodedImages.OfColor(new SKColor(210, (byte)(90 + i), 80), SKEncodedImageFormat.Png, 16, 16));
                folder.Write(
                    $"others/blue/{i}.png",
                    EncodedImages.OfColor(new SKColor((byte)(90 + i), 80, 210), SKEncodedImageFormat.Png, 16, 16));
            }

            return folder.PathOf("others");
        }
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("knn", "--k", "3")]
    [InlineData("linear", "--epochs", "1")]
    [InlineData("logistic")]
    [InlineData("finetune", "--rate", "0.05", "--steps", "1")]
    public void Test_images_among_the_training_images_are_reported(string measure, params string[] options)
    {
        Copy("train/red/0.png", "others/red/copy.png");
        Copy("train/blue/3.png", "others/blue/copy.png");

        CommandRun run = Evaluate(measure, fixture.At("train"), Others, [.. options, "--json"]);

        Assert.Equal((2, 0), ((int)run.Json["overlap"]!, (int)run.Json["overlap_not_compared"]!));
        Assert.Contains("warning: 2 of 6 test images are training images too", run.Error);
    }

    [Fact]
    public void The_warning_is_beside_the_accuracy()
    {
        CommandRun same = Evaluate("knn", fixture.At("train"), fixture.At("train"), "--k", "3");
        CommandRun apart = Evaluate("knn", fixture.At("train"), Others, "--k", "3");

        Assert.Contains("warning: 24 of 24 test images are training images too", same.Output);
        Assert.Contains("top-1", apart.Output);
        Assert.DoesNotContain("warning", apart.Output + apart.Error);
    }

    [Fact]
    public void Validation_images_are_compared_with_training_and_test_images()
    {
        CommandRun run = Evaluate("logistic", fixture.At("train"), Others, "--validation", Others, "--json");

        Assert.Equal((0, 0), ((int)run.Json["overlap"]!, (int)run.Json["validation_overlap"]!));
        Assert.Contains("warning: 4 of 4 test images are validation images too", run.Error);
        Assert.Equal(24, (int)Evaluate(
            "logistic",
            fixture.At("train"),
            Others,
            "--validation",
            fixture.At("train"),
            "--json").Json["validation_overlap"]!);
    }

    [Theory]
    [InlineData("knn", "--k", "3")]
    [InlineData("linear", "--epochs", "1")]
    [InlineData("linear", "--epochs", "1", "--fixed-features")]
    [InlineData("logistic")]
    [InlineData("finetune", "--rate", "0.05", "--steps", "1")]
    public void A_test_set_that_lacks_a_class_is_evaluated_by_name(string measure, params string[] options)
    {
        foreach (int i in Enumerable.Range(0, 8))
        {
            Copy($"train/red/{2 * i}.png", $"train/red/{i}.png");
            Copy($"train/blue/{(2 * i) + 1}.png", $"train/ant/{i}.png");   // blue, under a name that comes first
            Copy($"train/blue/{(2 * i) + 9}.png", $"train/blue/{i}.png");
        }

        CommandRun run = Evaluate(measure, folder.PathOf("train"), Others, [.. options, "--per-class", "--json"]);

        Assert.Equal(["ant", "blue", "red"], run.Json["per_class"]!.AsArray().Select(row => (string)row!["class"]!));
        Assert.Equal([0, 2, 2], run.Json["per_class"]!.AsArray().Select(row => (int)row!["images"]!));
        Assert.Equal(
            (1, 0), ((int)run.Json["classes_without_test_images"]!, (int)run.Json["test_images_of_unknown_classes"]!));
        Assert.Contains("has no images of 1 of 3 training classes (ant)", run.Error);
    }

    [Fact]
    public void Validation_images_that_lack_a_class_choose_by_name()
    {
        foreach (int i in Enumerable.Range(0, 8))
        {
            Copy($"train/red/{2 * i}.png", $"train/red/{i}.png");
            Copy($"train/blue/{(2 * i) + 1}.png", $"train/blue/{i}.png");
            // comes first
            folder.Write(
                $"train/ant/{i}.png",
                EncodedImages.OfColor(new SKColor((byte)(60 + i), 200, 60), SKEncodedImageFormat.Png, 16, 16));
        }

        JsonObject json = Evaluate(
            "logistic", folder.PathOf("train"), Others, "--validation", fixture.At("test"), "--json").Json;

        Assert.Equal(1, json["sweep"]!.AsArray().Max(point => (double)point!["validation"]!));
    }

    [Fact]
    public void Test_images_of_an_unlearned_class_count_as_wrong_and_are_reported()
    {
        Copy("test/red/0.png", "test/red/0.png");
        Copy("test/blue/1.png", "test/ant/1.png");

        CommandRun run = Evaluate("knn", fixture.At("train"), folder.PathOf("test"), "--k", "3", "--json");

        Assert.Equal(0.5, (double)run.Json["top1"]!);
        Assert.Equal((1, 3), ((int)run.Json["test_images_of_unknown_classes"]!, (int)run.Json["classes"]!));
        Assert.Contains(
            "1 of 2 test images belong to 1 class without training images (ant); they count as wrong", run.Error);
    }

    [Fact]
    public void Class_names_that_differ_by_normalization_alone_are_one_class()
    {
        foreach (int i in Enumerable.Range(0, 4))
        {
            Copy($"train/red/{2 * i}.png", $"train/K\u00e4se/{i}.png");
            Copy($"train/red/{2 * (i + 4)}.png", $"train/Ka\u0308se/{i}.png");   // both in one folder
            Copy($"train/blue/{(2 * i) + 1}.png", $"train/Br\u00f6tchen/{i}.png");
        }

        Copy("test/red/0.png", "test/Ka\u0308se/0.png");
        Copy("test/blue/1.png", "test/Bro\u0308tchen/1.png");

        JsonObject json = Evaluate("knn", folder.PathOf("train"), folder.PathOf("test"), "--k", "3", "--json").Json;

        Assert.Equal((1, 2), ((double)json["top1"]!, (int)json["classes"]!));
    }

    [Fact]
    public void A_supervised_run_reports_shared_test_images()
    {
        CommandRun run = CommandRun.Of(
            "supervised", fixture.At("train"), "--config", fixture.At("tiny.yaml"), "--test", fixture.At("train"),
            "--out", folder.PathOf("out"), "--json");

        Assert.Equal(24, (int)run.Json["overlap"]!);
        Assert.Contains("warning: 24 of 24 test images", run.Error);
    }

    private CommandRun Evaluate(string measure, string train, string test, params string[] options) => CommandRun.Of(
        ["evaluate", measure, fixture.At("run"), "--train", train, "--test", test, "--threads", "1", .. options]);

    private void Copy(string from, string to) => folder.Write(to, File.ReadAllBytes(fixture.At(from)));
}
