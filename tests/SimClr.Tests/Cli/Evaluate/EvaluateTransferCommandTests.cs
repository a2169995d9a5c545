using System.Text.Json.Nodes;
using SimClr.Data;
using SimClr.Tests.Data;
using SimClr.Training;
using SkiaSharp;

namespace SimClr.Tests.Cli;

[Collection(ComputeThreadsCollection.Name)]
public sealed class EvaluateTransferCommandTests(RunFixture fixture) : IClassFixture<RunFixture>, IDisposable
{
    private static readonly string[] Classes =
    [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ];

    private readonly TemporaryFolder sets = new();

    public void Dispose() => sets.Dispose();

    [Fact]
    public void Available_sets_are_evaluated_and_missing_ones_named()
    {
        WriteCifar();
        string page = sets.PathOf("new/page.html");
        CommandRun run = Transfer("--allow-partial", "--json", "--seed", "3", "--report", page);
        JsonObject json = run.Json;
        Assert.Equal(
            ("linear", 12, 3),
            (json["protocol"]!.GetValue<string>(), json["pixels"]!.GetValue<int>(), json["seed"]!.GetValue<int>()));
        JsonNode set = Assert.Single(json["sets"]!.AsArray())!;
        Assert.Equal("cifar10", set["name"]!.GetValue<string>());
        Assert.Equal("top1", set["metric"]!.GetValue<string>());
        Assert.InRange(
            set["value"]!.GetValue<double>(),
            set["interval"]![0]!.GetValue<double>(),
            set["interval"]![1]!.GetValue<double>());
        Assert.InRange(set["l2"]!.GetValue<double>(), 1e-6, 1e5);
        Assert.Equal((60, 20), (set["train_images"]!.GetValue<int>(), set["test_images"]!.GetValue<int>()));
        Assert.True(set["partial"]!.GetValue<bool>());
        Assert.Equal(11, json["absent"]!.AsArray().Count);
        Assert.Equal(0.906, json["paper"]![0]!["values"]!["cifar10"]!.GetValue<double>());
        Assert.Equal(page, json["report"]!.GetValue<string>());
        Assert.Contains("--allow-partial --seed 3", File.ReadAllText(page));
        Assert.Contains("Food-101 is missing: get it from https://", run.Error);
        Assert.Contains("λ 45 of 45", run.Error);
    }

    [Fact]
    public void Test_images_among_training_or_validation_images_are_reported()
    {
        WriteCifar();
        foreach (string file in Directory.GetFiles(sets.PathOf("cifar10/train"), "*.png", SearchOption.AllDirectories))
        {
            File.Delete(file);
        }

        // All images differ, so that each is found again on its own.
        for (int i = 0; i < 60; i++)
        {
            byte[] picture = EncodedImages.OfColor(new SKColor((byte)(4 * i), 200, 9), SKEncodedImageFormat.Png);
            sets.Write($"cifar10/train/{Classes[i % 10]}/{i}.png", picture);
            sets.Write($"cifar10/test/{Classes[i % 10]}/copy{i}.png", picture);
        }

        CommandRun run = Transfer(
            "--allow-partial", "--only", "cifar10", "--protocol", "finetune", "--grid", "thin", "--steps", "1",
            "--json");

        Assert.Equal(60, (int)run.Json["overlap"]!["cifar10"]!);
        Assert.Contains("warning: CIFAR-10: 60 of 80 test images are training or validation images too", run.Error);
    }

    [Fact]
    public void Fine_tuning_is_the_other_protocol()
    {
        WriteCifar();
        CommandRun run = Transfer(
            "--allow-partial", "--json", "--protocol", "finetune", "--grid", "thin", "--steps", "2", "--force");
        JsonObject json = run.Json;
        Assert.Equal("finetune", json["protocol"]!.GetValue<string>());
        JsonNode set = Assert.Single(json["sets"]!.AsArray())!;
        Assert.Equal(
            (60, 20, 2),
            (set["train_images"]!.GetValue<int>(), set["test_images"]!.GetValue<int>(), set["steps"]!.GetValue<int>()));
        Assert.Contains(set["rate"]!.GetValue<double>(), new[] { 1e-3, 1e-2, 1e-1 });
        Assert.Contains("voc2007", json["absent"]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.Contains("CIFAR-10: training 7 of 7, step 2 of 2", run.Error);
    }

    [Fact]
    public void Training_from_random_weights_has_its_own_grid_and_results()
    {
        WriteCifar();
        string[] tuned = ["--allow-partial", "--json", "--protocol", "finetune", "--grid", "thin", "--steps", "2"];
        string[] scratch = [.. tuned, "--from-scratch"];
        Assert.False(Transfer(tuned).Json["from_scratch"]!.GetValue<bool>());
        string report = sets.PathOf("scratch.html");
        CommandRun run = Transfer([.. scratch, "--report", report]);
        Assert.DoesNotContain("reused from", run.Error);
        Assert.True(run.Json["from_scratch"]!.GetValue<bool>());
        Assert.Contains("--grid thin --steps 2 --from-scratch", File.ReadAllText(report));
        Assert.Equal(
            FineTuneGrid.ThinFromScratch.Rates,
            run.Json["sets"]![0]!["search"]!.AsArray().Select(tried => tried!["rate"]!.GetValue<double>()).Distinct());

        Assert.Contains($"reused from {Kept("cifar10-scratch-2.json")}", Transfer(scratch).Error);
        Assert.Contains($"reused from {Kept("cifar10-finetune-2.json")}", Transfer(tuned).Error);
        Assert.Contains("training from random weights", Transfer([.. scratch.Except(["--json"])]).Output);
    }

    [Theory]
    [InlineData]
    [InlineData("--protocol", "finetune", "--grid", "thin", "--steps", "1")]
    public void Predictions_of_each_set_can_be_compared(params string[] protocol)
    {
        WriteCifar();
        string folder = sets.PathOf("predictions");
        JsonObject json = Transfer(["--allow-partial", "--json", "--predictions", folder, .. protocol]).Json;
        Assert.Equal(folder, json["predictions"]!.GetValue<string>());
        string file = Path.Combine(folder, "cifar10.csv");
        JsonObject same = CommandRun.Of("evaluate", "compare", file, file, "--json").Json;
        Assert.Equal(20, same["test_images"]!.GetValue<int>());
        Assert.Equal(json["sets"]![0]!["value"]!.GetValue<double>(), same["a"]!["top1"]!.GetValue<double>());
    }

    [Fact]
    public void The_fine_tuning_search_is_reported_in_the_measure_of_the_set()
    {
        new SmallTransferSets(sets).Write("pets");
        JsonNode set = Assert.Single(Transfer(
            "--allow-partial", "--json", "--only", "pets", "--protocol", "finetune", "--grid", "thin",
            "--steps", "1").Json["sets"]!.AsArray())!;
        Assert.Equal(2, set["classes"]!.GetValue<int>());
        JsonArray search = set["search"]!.AsArray();
        Assert.Equal(6, search.Count);
        Assert.Equal(["rate", "weight_decay", "mean_per_class"], search[0]!.AsObject().Select(pair => pair.Key));
        Assert.Equal(
            set["validation"]!.GetValue<double>(), search.Max(tried => tried!["mean_per_class"]!.GetValue<double>()));
    }

    [Fact]
    public void Finished_results_are_reused_and_measured_again_if_anything_differs()
    {
        WriteCifar();
        ColoredVoc.Write(sets);
        string folder = sets.PathOf("first");
        string[] both = ["--allow-partial", "--only", "cifar10,voc2007", "--per-class", "--json"];
        CommandRun first = Transfer([.. both, "--force", "--predictions", folder]);
        Assert.DoesNotContain("reused from", first.Error);

        string again = sets.PathOf("again");
        CommandRun second = Transfer([.. both, "--predictions", again]);
        Assert.Contains($"CIFAR-10: reused from {Kept("cifar10-linear-2.json")}, evaluated before", second.Error);
        Assert.Contains("VOC 2007: reused from", second.Error);
        Assert.DoesNotContain("embedding", second.Error);
        Assert.Equal(first.Json["sets"]!.ToJsonString(), second.Json["sets"]!.ToJsonString());
        Assert.All(Directory.GetFiles(folder), file => Assert.Equal(
            File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(again, Path.GetFileName(file)))));

        Assert.DoesNotContain("reused from", Transfer([.. both, "--anew"]).Error);   // the former name of --force
        Assert.DoesNotContain("reused from", Transfer([.. both, "--seed", "7"]).Error);
        Assert.DoesNotContain("reused from", Transfer([.. both, "--seed", "7", "--set", "data.max_skipped=0.2"]).Error);
        sets.Write("cifar10/test/bird/new.png", EncodedImages.OfColor(SKColors.Red, SKEncodedImageFormat.Png));
        CommandRun changed = Transfer([.. both, "--seed", "7", "--set", "data.max_skipped=0.2"]);
        Assert.DoesNotContain("CIFAR-10: reused from", changed.Error);
        Assert.Contains("VOC 2007: reused from", changed.Error);
    }

    [Fact]
    public void A_set_that_cannot_be_measured_does_not_lose_those_before_it_and_a_damaged_result_is_measured_again()
    {
        WriteCifar();
        new SmallTransferSets(sets).Write("pets");
        foreach (string image in Directory.GetFiles(sets.PathOf("oxford-iiit-pet/images")))
        {
            File.WriteAllText(image, "no picture");
        }

        string[] both = ["--allow-partial", "--only", "cifar10,pets", "--seed", "11"];
        Transfer(both).Refused(3);
        CommandRun second = Transfer(both);
        second.Refused(3);
        Assert.Contains("CIFAR-10: reused from", second.Error);

        File.WriteAllText(Kept("cifar10-linear-2.json"), File.ReadAllText(Kept("cifar10-linear-2.json"))[..^20]);
        CommandRun third = Transfer("--allow-partial", "--only", "cifar10", "--seed", "11", "--json");
        Assert.DoesNotContain("reused from", third.Error);
        Assert.Single(third.Json["sets"]!.AsArray());
    }

    [Fact]
    public void The_result_of_an_earlier_recipe_is_reported_and_kept_and_the_set_is_measured_again()
    {
        WriteCifar();
        string[] call = ["--allow-partial", "--only", "cifar10", "--seed", "13"];
        Transfer(call);
        JsonNode kept = JsonNode.Parse(File.ReadAllText(Kept("cifar10-linear-2.json")))!;
        kept["of"]!.AsObject().Remove("recipe");
        string earlier = Kept("cifar10-linear.json");
        File.WriteAllText(earlier, kept.ToJsonString());
        File.Delete(Kept("cifar10-linear-2.json"));

        CommandRun again = Transfer(call);
        Assert.DoesNotContain("reused from", again.Error);
        Assert.Contains($"{earlier} was written by an earlier version", again.Error);
        Assert.Equal(kept.ToJsonString(), File.ReadAllText(earlier));

        CommandRun third = Transfer(call);
        Assert.Contains($"reused from {Kept("cifar10-linear-2.json")}", third.Error);
        Assert.DoesNotContain("earlier version", third.Error);
        File.Delete(earlier);   // Other tests look there too.
    }

    [Fact]
    public void Images_of_several_classes_are_fine_tuned_too()
    {
        new SmallTransferSets(sets).Write("voc2007");
        CommandRun run = Transfer(
            "--allow-partial", "--json", "--only", "voc2007", "--protocol", "finetune", "--grid", "thin",
            "--steps", "2");
        JsonNode set = Assert.Single(run.Json["sets"]!.AsArray())!;
        Assert.Equal("mean_average_precision", set["metric"]!.GetValue<string>());
        Assert.Equal(
            (5, 3, 2),
            (set["train_images"]!.GetValue<int>(), set["test_images"]!.GetValue<int>(), set["steps"]!.GetValue<int>()));
        // the worst ranking has (2/3 + 1/3) / 2; the difficult sofas do not count
        Assert.InRange(set["value"]!.GetValue<double>(), 0.49, 1);
        Assert.InRange(
            set["value"]!.GetValue<double>(),
            set["interval"]![0]!.GetValue<double>(),
            set["interval"]![1]!.GetValue<double>());
        Assert.Contains("VOC 2007: training 7 of 7, step 2 of 2", run.Error);
    }

    [Fact]
    public void The_classes_of_each_set_are_reported_and_multi_label_scores_written()
    {
        WriteCifar();
        ColoredVoc.Write(sets);
        string folder = sets.PathOf("scores");
        string[] all =
        [
            "--allow-partial", "--only", "cifar10,voc2007", "--per-class", "--protocol", "finetune", "--grid", "thin",
            "--steps", "1",
        ];
        JsonArray found = Transfer([.. all, "--json", "--predictions", folder]).Json["sets"]!.AsArray();
        JsonNode cifar = found.Single(set => set!["name"]!.GetValue<string>() == "cifar10")!;
        JsonNode voc = found.Single(set => set!["name"]!.GetValue<string>() == "voc2007")!;

        Assert.Equal(Classes, cifar["per_class"]!.AsArray().Select(row => row!["class"]!.GetValue<string>()));
        Assert.Equal(
            cifar["value"]!.GetValue<double>(),
            cifar["per_class"]!.AsArray().Average(row => row!["accuracy"]!.GetValue<double>()),
            1e-12);
        Assert.Equal(10, cifar["confusion"]!.AsArray().Count);
        JsonNode[] shown = [.. voc["per_class"]!.AsArray()
            .Where(row => row!["average_precision"] is not null)
            .Select(row => row!)];
        Assert.Equal(Voc2007.Names, voc["per_class"]!.AsArray().Select(row => row!["class"]!.GetValue<string>()));
        Assert.Equal(
            voc["value"]!.GetValue<double>(),
            shown.Average(row => row["average_precision"]!.GetValue<double>()),
            1e-12);
        Assert.All(shown, row => Assert.True(row["images"]!.GetValue<int>() > 0));

        string[] rows = File.ReadAllLines(Path.Combine(folder, "voc2007.csv"));
        Assert.Equal("path,class,mark,score", rows[0]);
        Assert.Equal(20 * voc["test_images"]!.GetValue<int>(), rows.Length - 1);
        string scores = Path.Combine(folder, "voc2007.csv");
        JsonObject same = CommandRun.Of("evaluate", "compare", scores, scores, "--json").Json;
        Assert.Equal(1, same["p_value"]!.GetValue<double>());
        Assert.Equal(
            voc["value"]!.GetValue<double>(), same["a"]!["mean_average_precision"]!.GetValue<double>(), 1e-12);
        Assert.Equal(voc["test_images"]!.GetValue<int>(), same["test_images"]!.GetValue<int>());
        Assert.InRange(same["b"]!["accuracy"]!.GetValue<double>(), 0, 1);
        Assert.Contains("several classes each", CommandRun.Of(
            "evaluate", "compare", scores, Path.Combine(folder, "cifar10.csv")).Refused(3));

        string words = Transfer([.. all, "--seed", "0"]).Output;
        Assert.Contains("chosen on validation images: CIFAR-10 rate ", words);
        Assert.Contains("average precision\naeroplane ", words);
        Assert.Contains("predicted  precision\nairplane ", words);
    }

    [Fact]
    public void An_incomplete_set_is_refused_with_both_counts_before_anything_is_computed()
    {
        WriteCifar();
        CommandRun run = Transfer();
        string error = run.Refused(3);
        Assert.Contains("got 60 training images, expected 50,000; got 20 test images, expected 10,000", error);
        Assert.Contains("--allow-partial", error);
        Assert.DoesNotContain("embedding", run.Error);
    }

    [Fact]
    public void A_requested_set_that_is_missing_is_named_with_its_source()
    {
        WriteCifar();
        CommandRun run = Transfer("--only", "pets,cifar10", "--only", "flowers", "--allow-partial");
        Assert.Contains("does not contain these sets:", run.Refused(3));
        Assert.Contains("Pets: get it from https://www.robots.ox.ac.uk/~vgg/data/pets/ and unpack it to", run.Error);
        Assert.Contains("flowers-102 (imagelabels.mat, setid.mat and jpg/image_NUMBER.jpg)", run.Error);
        Assert.Contains($"or run: simclr data download pets --out {sets.PathOf("oxford-iiit-pet")}", run.Error);
        Assert.DoesNotContain("CIFAR-10:", run.Error);
    }

    [Fact]
    public void An_empty_root_names_all_twelve()
    {
        CommandRun run = Transfer();
        run.Refused(3);
        Assert.All(TransferCatalog.Sets, set => Assert.Contains($"  {set.Title}: get it from {set.Source}", run.Error));
    }

    [Theory]
    [InlineData(2, "did you mean 'pets'?", "--only", "petz")]
    [InlineData(2, "--only: got ''", "--only", "cifar10,")]
    [InlineData(2, "--report: got an empty value", "--report", "")]
    [InlineData(2, "--predictions: got an empty value", "--predictions", "")]
    [InlineData(2, "--grid is for fine-tuning; expected --protocol finetune", "--grid", "thin")]
    [InlineData(2, "--steps is for fine-tuning", "--steps", "9", "--protocol", "linear")]
    [InlineData(2, "--from-scratch is for fine-tuning", "--from-scratch")]
    [InlineData(2, "did you mean 'finetune'?", "--protocol", "fine-tune")]
    [InlineData(2, "expected a key of the section data", "--set", "views.size=8")]
    public void Wrong_usage_is_refused(int code, string expected, params string[] more)
    {
        WriteCifar();
        Assert.Contains(expected, Transfer(more).Refused(code));
    }

    [Fact]
    public void A_missing_root_or_run_is_named()
    {
        Assert.Contains(
            "--data-root: no folder",
            CommandRun.Of("evaluate", "transfer", fixture.At("run"), "--data-root", fixture.At("nowhere")).Refused(3));
        Assert.Contains("--data-root is missing", CommandRun.Of("evaluate", "transfer", fixture.At("run")).Refused(2));
        Assert.Contains(
            "found neither",
            CommandRun.Of("evaluate", "transfer", fixture.At("flat"), "--data-root", sets.Path).Refused(3));
    }

    private CommandRun Transfer(params string[] more)
        => CommandRun.Of(
            ["evaluate", "transfer", fixture.At("run"), "--data-root", sets.Path, "--threads", "1", .. more]);

    private string Kept(string file) => Path.Combine(fixture.At("run"), "transfer", file);

    // Three pictures, each in every class: no weights separate the classes, and a weak λ soon has its minimum.
    private void WriteCifar()
    {
        for (int i = 0; i < 80; i++)
        {
            string part = i < 60 ? "train" : "test";
            int red = 80 * (i / 10 % 3);
            sets.Write(
                $"cifar10/{part}/{Classes[i % 10]}/{i}.png",
                EncodedImages.OfColor(new SKColor((byte)red, 30, 9), SKEncodedImageFormat.Png));
        }
    }
}
