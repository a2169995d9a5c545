using System.Text.Json.Nodes;

namespace SimClr.Tests.Cli;

[Collection(ComputeThreadsCollection.Name)]
public sealed class PretrainCommandTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    private const char Escape = '\u001b';

    [Fact]
    public void It_prints_one_object_with_the_promised_keys()
    {
        JsonObject json = fixture.Pretraining.Json;

        Assert.Equal(fixture.At("run"), json["run"]!.GetValue<string>());
        Assert.Equal(6, json["steps"]!.GetValue<long>());
        Assert.Equal(2, json["epochs"]!.GetValue<int>());
        Assert.InRange(json["final_loss"]!.GetValue<double>(), 0.1, 10);
        Assert.True(json["images_per_second"]!.GetValue<double>() > 0);
        Assert.Equal(0, json["skipped_images"]!.GetValue<int>());
        Assert.True(File.Exists(json["checkpoint"]!.GetValue<string>()));
        Assert.Equal(Math.Log(15), json["health"]!["chance_loss"]!.GetValue<double>(), 6);
        Assert.True(json.ContainsKey("knn_top1"));
    }

    [Fact]
    public void A_run_whose_loss_is_not_below_chance_yet_is_just_starting()
    {
        JsonNode health = CommandRun.Of(
            "pretrain", fixture.At("train"), "--out", fixture.At("starting"), "--config", fixture.At("tiny.yaml"),
            "--epochs", "1", "--set", "loss.temperature=0.01", "--json").Json["health"]!;

        Assert.True((bool)health["just_starting"]!);
        Assert.StartsWith("just starting: ", (string)health["words"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void It_leaves_the_files_of_a_run()
        => Assert.All(
            ["run.json", "metrics.jsonl", "skipped.jsonl", "encoder.safetensors"],
            file => Assert.True(File.Exists(Path.Combine(fixture.At("run"), file)), file));

    [Fact]
    public void Without_a_terminal_progress_is_plain_lines_on_standard_error()
    {
        string error = fixture.Pretraining.Error;

        Assert.DoesNotContain(Escape, error);
        Assert.Contains("step 3/6, epoch 1/2, loss ", error);
        Assert.Contains("step 6/6, epoch 2/2, loss ", error);
        Assert.Contains("images/s", error);
    }

    [Fact]
    public void The_output_states_the_result_and_the_next_command()
    {
        string run = fixture.At("words");

        CommandRun result = CommandRun.Of(
            "pretrain", fixture.At("train"), "--out", run, "--config", fixture.At("tiny.yaml"));

        Assert.Equal(0, result.Code);
        Assert.Contains("6 steps in 2 epoch(s)", result.Output);
        Assert.Contains("(chance 2.708)", result.Output);
        Assert.Contains("ranks first among 15 others", result.Output);
        Assert.Contains("no kNN during training: it needs at least 100 readable images", result.Output);
        Assert.Contains($"next: simclr evaluate knn {run} --train {fixture.At("train")}", result.Output);
        Assert.DoesNotContain(Escape, result.Output);
    }

    [Fact]
    public void Later_sources_of_the_configuration_win_over_earlier_ones()
    {
        string run = fixture.At("layers");

        CommandRun result = CommandRun.Of(
            "pretrain", fixture.At("train"), "--out", run, "--preset", "demo", "--config", fixture.At("tiny.yaml"),
            "--set", "loss.temperature=0.3", "--set", "schedule.epochs=7", "--set", "head.output=8", "--epochs", "1",
            "--batch-size", "6", "--seed", "11", "--json");

        _ = result.Json;
        JsonObject configuration = Configuration(run);
        Assert.Equal(0.5, configuration["views"]!["strength"]!.GetValue<double>());   // preset
        Assert.Equal(12, configuration["views"]!["size"]!.GetValue<int>());           // file over preset
        Assert.Equal(0.3, configuration["loss"]!["temperature"]!.GetValue<double>()); // --set over preset
        Assert.Equal(8, configuration["head"]!["output"]!.GetValue<int>());           // --set over file
        Assert.Equal(1, configuration["schedule"]!["epochs"]!.GetValue<int>());       // single option over --set
        Assert.Equal(6, configuration["batch"]!["size"]!.GetValue<int>());
        Assert.Equal(11, configuration["seed"]!.GetValue<long>());
        Assert.Equal(0, configuration["schedule"]!["warmup_epochs"]!.GetValue<double>());
        Assert.Contains("note: 1 warm-up epoch(s) do not fit into --epochs 1; warm-up shortened to 0", result.Error);
    }

    [Fact]
    public void A_micro_batch_and_an_amount_of_memory_are_accepted()
    {
        string run = fixture.At("micro");

        CommandRun result = CommandRun.Of(
            "pretrain", fixture.At("train"), "--out", run, "--config", fixture.At("tiny.yaml"), "--batch-size", "6",
            "--micro-batch", "auto", "--memory", "64GB", "--json");

        _ = result.Json;
        Assert.Contains("note: Each step takes a batch of 6 images at once", result.Error);
        JsonObject batch = Configuration(run)["batch"]!.AsObject();
        Assert.Equal(
            (6, 0, "64GB"),
            (batch["size"]!.GetValue<int>(), batch["micro"]!.GetValue<int>(), batch["memory"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("--micro-batch: got 'many', expected an integer of 2 or more, or auto", "--micro-batch", "many")]
    [InlineData("--micro-batch: got '1', expected an integer of 2 or more, or auto", "--micro-batch", "1")]
    [InlineData("batch.micro is 9 and batch.size is 8", "--micro-batch", "9")]
    [InlineData(
        "--memory: got 'lots', expected an amount of memory such as 8GB", "--micro-batch", "auto", "--memory", "lots")]
    [InlineData("use --micro-batch auto", "--memory", "8GB")]
    [InlineData("1 MB of memory is too little", "--micro-batch", "auto", "--memory", "1MB")]
    public void Invalid_micro_batches_are_refused(string words, params string[] options)
        => Assert.Contains(words, CommandRun.Of(
            [
                "pretrain", fixture.At("train"), "--out", fixture.At("never"), "--config", fixture.At("tiny.yaml"),
                .. options,
            ]).Refused(2));

    [Fact]
    public void An_explicit_warm_up_is_not_shortened()
        => Assert.Contains("warm-up must end", CommandRun.Of(
            "pretrain", fixture.At("train"), "--out", fixture.At("never"), "--config", fixture.At("tiny.yaml"),
            "--epochs", "1", "--set", "schedule.warmup_epochs=1").Refused(2));

    [Theory]
    [InlineData("flat", "preset cifar10-small, because the first image has 16 × 16 pixels", "--batch-size 3 or less")]
    [InlineData("large", "preset photos, because the first image has 80 × 80 pixels", "--batch-size 3 or less")]
    public void The_first_image_chooses_a_preset_and_the_batch_is_not_changed_silently(
        string data, string note, string advice)
    {
        CommandRun result = CommandRun.Of("pretrain", fixture.At(data), "--out", fixture.At("never"));

        Assert.Contains(advice, result.Refused(3));
        Assert.Contains($"note: using the {note}", result.Error);
        Assert.False(Directory.Exists(fixture.At("never")));
    }

    [Fact]
    public void A_resumed_run_keeps_its_decoder()
    {
        string run = fixture.At("decoder-run");
        CommandRun.Of(
            "pretrain", fixture.At("train"), "--out", run, "--config", fixture.At("tiny.yaml"), "--epochs", "1",
            "--set", "data.decoder=auto");
        string file = Path.Combine(run, "run.json");
        string description = File.ReadAllText(file);
        string was = SimClr.Data.TurboJpeg.IsAvailable ? "turbojpeg" : "skia";
        Assert.Contains($"\"decoder\": \"{was}\"", description);

        File.WriteAllText(file, description.Replace($"\"decoder\": \"{was}\"", "\"decoder\": \"skia\""));
        CommandRun resumed = CommandRun.Of("pretrain", "--out", run, "--resume", "--epochs", "2");
        Assert.Equal(0, resumed.Code);
        Assert.DoesNotContain("bit-exact", resumed.Error);
        Assert.Contains("\"decoder\": \"skia\"", File.ReadAllText(file));
        string error = CommandRun.Of("pretrain", "--out", run, "--resume", "--set", "data.decoder=skia").Refused(5);
        Assert.StartsWith("error: ", error);
    }

    [Fact]
    public void A_run_with_moved_images_resumes_with_their_new_path()
    {
        (string data, string run) = (fixture.At("to-move"), fixture.At("moved"));
        foreach (string file in Directory.GetFiles(fixture.At("train"), "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(data, Path.GetRelativePath(fixture.At("train"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        Assert.Equal(
            0,
            CommandRun.Of("pretrain", data, "--out", run, "--config", fixture.At("tiny.yaml"), "--epochs", "1").Code);
        Directory.Move(data, fixture.At("elsewhere"));

        Assert.Contains("no such folder or file", CommandRun.Of("pretrain", "--out", run, "--resume").Refused(3));
        string advice =
            $"The run was started on '{data}'; if the images have moved, or the run was started from another folder, "
                + $"specify their location: simclr pretrain DATA --out {run} --resume";
        Assert.Contains(advice, CommandRun.Of("pretrain", "--out", run, "--resume").Error);

        Directory.CreateDirectory(data);
        File.Copy(Directory.GetFiles(fixture.At("train/red"))[0], Path.Combine(data, "another.png"));
        CommandRun others = CommandRun.Of("pretrain", "--out", run, "--resume");
        Assert.Contains("does not contain the images that the run was started on", others.Refused(5));
        Assert.Contains(advice, others.Error);

        CommandRun resumed = CommandRun.Of(
            "pretrain", fixture.At("elsewhere"), "--out", run, "--resume", "--epochs", "2", "--json");
        Assert.Equal(6, resumed.Json["steps"]!.GetValue<long>());
    }

    [Fact]
    public void Resume_alone_reads_data_and_configuration_from_the_run()
    {
        string run = Copy("run", "longer");

        CommandRun result = CommandRun.Of("pretrain", "--out", run, "--resume", "--epochs", "3", "--json");

        Assert.Equal(9, result.Json["steps"]!.GetValue<long>());
        Assert.Contains("note: Resuming after step 6 of 9.", result.Error);
        Assert.Contains("warning: The run was planned for 6 steps and now goes to 9.", result.Error);
        Assert.Equal(0.5, Configuration(run)["optimizer"]!["peak_rate"]!.GetValue<double>());
    }

    [Fact]
    public void Resuming_a_finished_run_with_the_same_command_line_does_nothing()
    {
        string run = Copy("run", "again");

        CommandRun result = CommandRun.Of(
            "pretrain", fixture.At("train"), "--out", run, "--config", fixture.At("tiny.yaml"), "--resume", "--json");

        Assert.Equal(6, result.Json["steps"]!.GetValue<long>());
        Assert.Equal(
            fixture.Pretraining.Json["final_loss"]!.GetValue<double>(), result.Json["final_loss"]!.GetValue<double>());
        Assert.Equal(0, result.Json["images_per_second"]!.GetValue<double>());
    }

    [Fact]
    public void Resuming_with_another_configuration_is_refused_with_the_key()
        => Assert.Contains("loss.temperature: the run has 0.1, now 0.7", Refusal("--set", "loss.temperature=0.7"));

    [Fact]
    public void Resuming_with_another_seed_is_refused()
        => Assert.Contains("seed: the run has 0, now 4", Refusal("--seed", "4"));

    [Fact]
    public void Resuming_on_other_data_is_refused()
        => Assert.Contains("different data", CommandRun.Of(
            "pretrain", fixture.At("test"), "--out", fixture.At("run"), "--resume").Refused(5));

    [Fact]
    public void A_run_is_not_overwritten()
        => Assert.Contains("a run already exists here", CommandRun.Of(
            "pretrain", fixture.At("train"), "--out", fixture.At("run"), "--config", fixture.At("tiny.yaml"))
            .Refused(2));

    [Fact]
    public void An_interrupted_run_exits_130_explains_how_to_resume_and_resumes()
    {
        string run = fixture.At("stopped");
        using var stop = new CancellationTokenSource();

        CommandRun stopped = CommandRun.Of(
            new StoppingWriter("step 3/", stop), stop.Token,
            "pretrain", fixture.At("train"), "--out", run, "--config", fixture.At("tiny.yaml"), "--epochs", "40");
        string error = stopped.Error;
        CommandRun resumed = CommandRun.Of("pretrain", "--out", run, "--resume", "--json");

        Assert.Equal(130, stopped.Code);
        Assert.Equal("", stopped.Output);
        Assert.Contains("interrupted: stopped after step ", error);
        Assert.Contains($"Resume with: simclr pretrain --out {run} --resume", error);
        Assert.Equal(120, resumed.Json["steps"]!.GetValue<long>());
    }

    private string Refusal(params string[] changes)
    {
        CommandRun result = CommandRun.Of(
            ["pretrain", fixture.At("train"), "--out", fixture.At("run"), "--resume", .. changes]);
        Assert.Contains("a different configuration", result.Refused(5));
        return result.Error;
    }

    private static JsonObject Configuration(string run)
        => JsonNode.Parse(File.ReadAllText(Path.Combine(run, "run.json")))!["configuration"]!.AsObject();

    private string Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(fixture.At(from), "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(fixture.At(to), Path.GetRelativePath(fixture.At(from), file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return fixture.At(to);
    }

    /// <summary>Cancels once a line with certain words is written, as a watching user would.</summary>
    private sealed class StoppingWriter(string words, CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains(words, StringComparison.Ordinal) == true)
            {
                stop.Cancel();
            }
        }
    }
}
