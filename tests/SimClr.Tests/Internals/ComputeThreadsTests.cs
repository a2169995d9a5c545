using SimClr.Internals;
using SimClr.Tests.Architecture;
using SimClr.Tests.Cli;
using static TorchSharp.torch;

namespace SimClr.Tests.Internals;

[Collection(ComputeThreadsCollection.Name)]
public sealed class ComputeThreadsTests(RunFixture fixture) : IClassFixture<RunFixture>, IDisposable
{
    private readonly int before = get_num_threads();

    public void Dispose() => set_num_threads(before);

    /// <summary>
    /// With bound cores, or in a container with a quota, fewer processors are available than the tensor library's
    /// default thread count.
    /// </summary>
    [Theory]
    [InlineData("embed run test --out few.npy")]
    [InlineData("evaluate knn run --train train --test test --k 3")]
    [InlineData("index create test --run run --out few.index")]
    [InlineData("cluster test --run run --k 2")]
    [InlineData("export safetensors run --out few.safetensors")]
    public void By_default_no_more_threads_compute_than_cores_are_available(string line)
    {
        set_num_threads(Environment.ProcessorCount + 3);

        CommandRun run = Run(line);

        Assert.True(run.Code == 0, run.Error);
        Assert.Equal(Environment.ProcessorCount, get_num_threads());
    }

    [Fact]
    public void Without_transfer_sets_no_more_threads_compute_than_cores_are_available()
    {
        set_num_threads(Environment.ProcessorCount + 3);

        _ = CommandRun.Of("evaluate", "transfer", fixture.At("run"), "--data-root", fixture.At("flat")).Refused(3);

        Assert.Equal(Environment.ProcessorCount, get_num_threads());
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("0x2")]
    public void An_invalid_number_of_threads_is_a_usage_error(string threads)
    {
        string error = CommandRun.Of("preset", "list", "--threads", threads).Refused(2);
        Assert.Contains(
            $"--threads: got '{threads}', expected an integer of 0 or more", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_requested_number_is_used_up_to_a_few_threads_per_core()
    {
        Assert.Equal(0, Run("embed run test --out wished.npy --threads 3").Code);
        Assert.Equal(3, get_num_threads());
        Assert.Equal(
            (ComputeThreads.Cores, ComputeThreads.Cores),
            (ComputeThreads.Resolve(0), ComputeThreads.ResolveWorkers(0)));
        Assert.InRange(ComputeThreads.Max, 16, Math.Max(16, 4 * Environment.ProcessorCount));
    }

    [Theory]
    [InlineData("embed run test --out x.npy --threads 99999", "--threads: got 99999, expected at most")]
    [InlineData("preset list --threads 99999", "--threads: got 99999, expected at most")]
    [InlineData(
        "pretrain train --out x --config tiny.yaml --set threads=99999", "threads: got 99999, expected at most")]
    [InlineData(
        "pretrain train --out x --config tiny.yaml --set data.workers=99999",
        "data.workers: got 99999, expected at most")]
    [InlineData("embed run test --out x.npy --set data.workers=99999", "data.workers: got 99999, expected at most")]
    [InlineData("data pack test --out x.pack --set data.workers=99999", "data.workers: got 99999, expected at most")]
    public void Threads_by_the_thousand_are_refused(string line, string expected)
    {
        Assert.Contains(expected, Run(line).Refused(2));
        Assert.False(Directory.Exists(fixture.At("x")));
    }

    [Fact]
    public void Cores_are_counted_and_threads_set_in_one_place()
    {
        // The second restricts each of its threads to computing alone.
        string[] allowed = ["ComputeThreads.cs", "ComputeLanes.cs"];
        string[] found =
        [
            .. SourceTree.Files("src")
                .Where(file => !allowed.Contains(Path.GetFileName(file)))
                .Where(file => File.ReadAllText(file) is { } text
                    && (text.Contains("set_num_threads", StringComparison.Ordinal)
                        || text.Contains("Environment.ProcessorCount", StringComparison.Ordinal))),
        ];
        Assert.True(found.Length == 0, string.Join('\n', found));
    }

    private CommandRun Run(string line)
    {
        string[] words = line.Split(' ');
        return CommandRun.Of([.. words.Select((word, i)
            => i > 0 && (word is "run" or "train" or "test" or "x" || (word.Contains('.') && !word.Contains('=')))
                ? fixture.At(word)
                : word)]);
    }
}
