using System.Text;
using System.Text.Json.Nodes;
using SimClr.Cli;

namespace SimClr.Tests.Cli;

/// <summary>The command line replaces the library's property names with flags.</summary>
public sealed class CommandWordsTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    public static TheoryData<string, string> Messages => new()
    {
        { "set Batch.Memory (for example 8GB per rank)", "set --memory (for example 8GB per rank)" },
        {
            "Continue it with resume: true, or choose another output directory.",
            "Continue it with --resume, or choose another directory with --out."
        },
        { "try optimizer.peak_rate=0.3.", "try --set optimizer.peak_rate=0.3." },
        { "use loss.name=margin or loss.name=x with it", "use --set loss.name=margin or --set loss.name=x with it" },
        { "use batch.micro=auto, or", "use --micro-batch auto, or" },
        { "EmbeddingJoin: 'EmbeddingShard' is not", "--join: 'EmbeddingShard' is not" },
        { "join them with EmbeddingJoin.Write and", "join them with 'simclr embed --join' and" },
        { "EmbeddingTask.Run(a b(1).npy) writes one", "'simclr embed RUN IMAGES --out a b(1).npy' writes one" },
        { "ImageCollection.UpsertAsync(a.index) adds some", "'simclr index add a.index IMAGES' adds some" },
    };

    public static TheoryData<string, int, string> Lines => new()
    {
        { "pretrain train --out x --config tiny.yaml --batch-size 25", 3, "use --batch-size 24 or less" },
        {
            "pretrain train --out x --set loss.semi_hard=true", 2,
            "use --set loss.name=nt-logistic or --set loss.name=margin with it"
        },
        { "pretrain train --out x --set batch.memory=8GB", 2, "use --micro-batch auto, or leave batch.memory out" },
        {
            "pretrain train --out x --set temperature",
            2,
            "--set: got 'temperature', expected section.key=value such as '"
        },
        { "pretrain train --out x --config based.yaml --preset photos", 2, "--preset is photos, but" },
        {
            "pretrain train --out x --epochs 5 --set schedule.warmup_epochs=6", 2,
            "for example with --set schedule.warmup_epochs=0"
        },
        { "pretrain broken --out x", 3, "allow more with --set data.max_skipped=1" },
        {
            "embed foreign.safetensors train --out a.npy", 3,
            "foreign.safetensors --out encoder.safetensors --normalize imagenet' (or none)"
        },
        { "embed --join a.npy --out b.npy", 3, "--join: 'a.npy' is not named as --shard names its files" },
        { "embed run train --out a.npy --shard 2/2", 2, "--shard: got 2/2, expected at most 1 part(s)" },
        { "cluster none.npy", 3, "'simclr embed RUN IMAGES --out" },
        { "evaluate compare none.csv none.csv", 3, "'--predictions" },
        { "import foreign.safetensors --out b.safetensors", 2, "--normalize is missing" },
        { "import run/encoder.safetensors --out b.safetensors --size 50", 2, "--size: got 50, but" },
        { "search none.index train/red/0.png", 3, "'simclr index create IMAGES --run RUN --out" },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void Properties_become_flags(string library, string command)
        => Assert.Equal(command, CommandWords.From(library));

    [Theory]
    [InlineData("runs/Batch.Memory/x")]
    [InlineData("'Batch.Memory' and 'loss.temperature=1'")]
    [InlineData("MyBatch.Memory, Batch.MemoryLimit")]
    [InlineData("loss.temperature is 0.1, other.key=1")]
    public void Other_words_stay(string message) => Assert.Equal(message, CommandWords.From(message));

    [Theory]
    [MemberData(nameof(Lines))]
    public void The_command_names_the_flag_to_type(string line, int code, string expected)
    {
        File.WriteAllText(fixture.At("based.yaml"), "preset: demo\n");
        WriteForeign();
        string[] files =
        [
            "train", "run", "x", "broken", "tiny.yaml", "based.yaml", "b.npy", "none.npy", "none.csv", "none.index",
            "foreign.safetensors", "b.safetensors", "run/encoder.safetensors", "train/red/0.png",
        ];
        string[] words = line.Split(' ');
        CommandRun run = CommandRun.Of(
            [.. words.Select((word, i) => i > 0 && files.Contains(word) ? fixture.At(word) : word)]);
        Assert.Contains(expected, run.Refused(code));
    }

    /// <summary>The weights of the run, without the file's metadata.</summary>
    private void WriteForeign()
    {
        byte[] own = File.ReadAllBytes(fixture.At("run/encoder.safetensors"));
        int length = (int)BitConverter.ToInt64(own);
        var header = (JsonObject)JsonNode.Parse(own.AsSpan(8, length))!;
        header.Remove("__metadata__");
        byte[] bare = Encoding.UTF8.GetBytes(header.ToJsonString());
        File.WriteAllBytes(
            fixture.At("foreign.safetensors"),
            [.. BitConverter.GetBytes((long)bare.Length), .. bare, .. own.AsSpan(8 + length)]);
    }

    /// <summary>A run may be named after what it varies.</summary>
    [Theory]
    [InlineData("loss.temperature=0.1")]
    [InlineData("sweep batch.size=128")]
    [InlineData("EmbeddingShard")]
    [InlineData("task pretrain")]
    public void A_name_that_the_user_chose_stays_in_messages(string name)
    {
        CommandWords.Protect(["evaluate", "knn", name]);
        Assert.Equal($"{name}: use --batch-size 8", CommandWords.From($"{name}: use Batch.Size 8"));
        CommandWords.Protect(["pretrain", $"--out={name}"]);
        Assert.Equal(
            $"{name}/run.json: resume with --resume", CommandWords.From($"{name}/run.json: resume with resume: true"));
        CommandWords.Protect([]);
    }
}
