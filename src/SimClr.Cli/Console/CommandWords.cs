using System.Text.RegularExpressions;

namespace SimClr.Cli;

/// <summary>
/// Translates messages of the library, which name properties and methods, into the words of the command line: flags and
/// verbs to type. An assignment of a configuration key, such as <c>loss.temperature=0.1</c>, gets <c>--set</c> in front.
/// </summary>
internal static partial class CommandWords
{
    /// <summary>What the library calls it, and what the user of the command types.</summary>
    public static IReadOnlyDictionary<string, string> Translations { get; } = new Dictionary<string, string>
    {
        ["resume: true"] = "--resume",
        ["Resume without these changes"] = "Resume without these changes (--resume alone takes the run's own configuration)",
        ["another output directory"] = "another directory with --out",
        ["another output folder"] = "another folder with --out",
        ["a new or empty output directory"] = "a new or empty directory with --out",
        ["expected an output directory"] = "expected a directory for --out",
        ["another mirror"] = "another --mirror",
        ["allowPartial"] = "--allow-partial",
        ["device cpu or auto"] = "--device cpu or --device auto",
        ["the assignments"] = "--set",
        ["the chosen preset"] = "--preset",
        ["task pretrain"] = "'simclr pretrain'",
        ["task supervised"] = "'simclr supervised'",
        ["batch.micro=auto"] = "--micro-batch auto",
        ["Batch.Micro"] = "--micro-batch",
        ["Batch.Memory"] = "--memory",
        ["Batch.Size"] = "--batch-size",
        ["CommunicationOptions.Timeout"] = "--communication-timeout",
        ["EmbeddingJoin"] = "--join",
        ["EmbeddingJoin.Write"] = "'simclr embed --join'",
        ["EmbeddingShard"] = "--shard",
        ["EmbeddingTask.Run"] = "'simclr embed'",
        ["EmbeddingTask.Shard"] = "--shard",
        ["FineTuneOptions.Rate"] = "--rate",
        ["ImportOptions.Encoder"] = "--encoder",
        ["ImportOptions.Interpolation"] = "--interpolation",
        ["ImportOptions.Normalize"] = "--normalize",
        ["ImportOptions.Prefix"] = "--prefix",
        ["ImportOptions.Size"] = "--size",
        ["ImportOptions.Stem"] = "--stem",
        ["ImportOptions.Width"] = "--width",
        ["PackFile.Write"] = "'simclr data pack'",
        ["RunConfiguration.Resolve"] = "--config",
        ["SLURM_MPI_TYPE=pmi2"] = "srun --mpi=pmi2",
        ["SLURM_MPI_TYPE=pmix"] = "srun --mpi=pmix",
        ["TrainedEncoder.Save"] = "'simclr pretrain'",
        ["TransferEvaluation"] = "'simclr evaluate transfer --only voc2007'",
    };

    /// <summary>Methods that are named with a file: what to type with the file in it.</summary>
    public static IReadOnlyDictionary<string, string> Calls { get; } = new Dictionary<string, string>
    {
        ["EmbeddingTask.Run"] = "'simclr embed RUN IMAGES --out {0}'",
        ["ImportedEncoder.Read"] = "'simclr import {0} --out encoder.safetensors --normalize imagenet' (or none)",
        ["PredictionsFile.Write"] = "'simclr evaluate knn RUN … --predictions {0}'",
    };

    private static readonly Regex Known = new(
        $@"(?<![\w./\\'""-])({string.Join('|', Translations.Keys.OrderByDescending(name => name.Length).Select(Regex.Escape))})(?![\w/\\])");

    private static readonly Regex Called = new(
        $@"(?<![\w./\\'""-])({string.Join('|', Calls.Keys.Select(Regex.Escape))})\((.+)\)");

    /// <summary>A message of the library as the user of the command is told it.</summary>
    public static string From(string message)
    {
        string words = Called.Replace(message, found => Calls[found.Groups[1].Value].Replace("{0}", found.Groups[2].Value, StringComparison.Ordinal));
        words = Known.Replace(words, found => Translations[found.Value]);
        return Assignment().Replace(words, "--set $0");
    }

    /// <summary>A key with the value that it should have. In quotes it is what somebody typed, or an example.</summary>
    [GeneratedRegex(@"(?<![\w./\\'""=-]|--set )\b(views|encoder|head|loss|optimizer|schedule|batch|checkpoint|data)\.[a-z_]+=(?!=)")]
    private static partial Regex Assignment();
}
