using SimClr.Cli;

namespace SimClr.Tests.Cli;

/// <summary>What the library says of properties, the command says of flags.</summary>
public sealed class CommandWordsTests(SmallWorld world) : IClassFixture<SmallWorld>
{
    [Theory]
    [InlineData("set Batch.Memory (for example 8GB per rank)", "set --memory (for example 8GB per rank)")]
    [InlineData("Continue it with resume: true, or choose another output directory.", "Continue it with --resume, or choose another directory with --out.")]
    [InlineData("try optimizer.peak_rate=0.3.", "try --set optimizer.peak_rate=0.3.")]
    [InlineData("use loss.name=margin or loss.name=nt-logistic with it", "use --set loss.name=margin or --set loss.name=nt-logistic with it")]
    [InlineData("use batch.micro=auto, or", "use --micro-batch auto, or")]
    [InlineData("EmbeddingJoin: 'EmbeddingShard' is not", "--join: 'EmbeddingShard' is not")]
    [InlineData("join them with EmbeddingJoin.Write and", "join them with 'simclr embed --join' and")]
    [InlineData("EmbeddingTask.Run(a b(1).npy) writes one", "'simclr embed RUN IMAGES --out a b(1).npy' writes one")]
    public void Properties_become_flags(string library, string command) => Assert.Equal(command, CommandWords.From(library));

    [Theory]
    [InlineData("runs/Batch.Memory/x")]
    [InlineData("'Batch.Memory' and 'loss.temperature=1'")]
    [InlineData("MyBatch.Memory, Batch.MemoryLimit")]
    [InlineData("loss.temperature is 0.1, other.key=1")]
    public void Other_words_stay(string message) => Assert.Equal(message, CommandWords.From(message));

    [Theory]
    [InlineData("pretrain train --out x --config tiny.yaml --batch-size 25", 3, "use --batch-size 24 or less")]
    [InlineData("pretrain train --out x --set loss.semi_hard=true", 2, "use --set loss.name=nt-logistic or --set loss.name=margin")]
    [InlineData("pretrain train --out x --set batch.memory=8GB", 2, "use --micro-batch auto, or leave batch.memory out")]
    [InlineData("pretrain train --out x --set temperature", 2, "--set: got 'temperature', expected section.key=value such as 'loss.temperature=0.5'")]
    [InlineData("pretrain train --out x --config based.yaml --preset photos", 2, "--preset is photos, but")]
    [InlineData("pretrain train --out x --epochs 5 --set schedule.warmup_epochs=6", 2, "for example with --set schedule.warmup_epochs=0")]
    [InlineData("pretrain broken --out x", 3, "allow more with --set data.max_skipped=1")]
    [InlineData("embed foreign.safetensors train --out a.npy", 3, "foreign.safetensors --out encoder.safetensors --normalize imagenet' (or none)")]
    [InlineData("embed --join a.npy --out b.npy", 3, "--join: 'a.npy' is not named as --shard names its files")]
    [InlineData("embed run train --out a.npy --shard 2/2", 2, "--shard: got 2/2, expected at most 1 part(s)")]
    [InlineData("cluster none.npy", 3, "'simclr embed RUN IMAGES --out")]
    [InlineData("evaluate compare none.csv none.csv", 3, "'simclr evaluate knn RUN … --predictions")]
    [InlineData("import foreign.safetensors --out b.safetensors", 2, "--normalize is missing")]
    [InlineData("import run/encoder.safetensors --out b.safetensors --size 50", 2, "--size: got 50, but")]
    public void The_command_names_the_flag_to_type(string line, int code, string expected)
    {
        File.WriteAllText(world.At("based.yaml"), "preset: demo\n");
        string[] files = ["train", "run", "x", "broken", "tiny.yaml", "based.yaml", "a.npy", "b.npy", "none.npy", "none.csv", "foreign.safetensors", "b.safetensors", "run/encoder.safetensors"];
        WriteForeign();
        CommandRun run = CommandRun.Of([.. line.Split(' ').Select((word, i) => i > 0 && files.Contains(word) && word != "a.npy" ? world.At(word) : word)]);
        Assert.Contains(expected, run.Refused(code));
    }

    /// <summary>The weights of the run, without what the file says of itself.</summary>
    private void WriteForeign()
    {
        byte[] own = File.ReadAllBytes(world.At("run/encoder.safetensors"));
        int length = (int)BitConverter.ToInt64(own);
        var header = (System.Text.Json.Nodes.JsonObject)System.Text.Json.Nodes.JsonNode.Parse(own.AsSpan(8, length))!;
        header.Remove("__metadata__");
        byte[] bare = System.Text.Encoding.UTF8.GetBytes(header.ToJsonString());
        File.WriteAllBytes(world.At("foreign.safetensors"), [.. BitConverter.GetBytes((long)bare.Length), .. bare, .. own.AsSpan(8 + length)]);
    }
}
