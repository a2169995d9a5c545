using System.Text.RegularExpressions;

namespace SimClr.Cli;

/// <summary>
/// Translates the library's messages, which name properties and methods, into the terms of the command line: options
/// and verbs. An assignment of a configuration key, such as <c>loss.temperature=0.1</c>, is prefixed with
/// <c>--set</c>.
/// </summary>
internal static partial class CommandWords
{
    /// <summary>The terms of the library with their equivalents on the command line.</summary>
    public static IReadOnlyDictionary<string, string> Translations { get; } = new Dictionary<string, string>
    {
        ["resume: true"] = "--resume",
        ["Resume without these changes"]
            = "Resume without these changes (--resume alone uses the run's own configuration)",
        ["another output directory"] = "another directory with --out",
        ["another output folder"] = "another folder with --out",
        ["a new or empty output directory"] = "a new or empty directory with --out",
        ["expected an output directory"] = "expected a directory for --out",
        ["another mirror"] = "another --mirror",
        ["allowPartial"] = "--allow-partial",
        ["device cpu or auto"] = "--device cpu or --device auto",
        ["the assignments"] = "--set",
        ["the chosen preset"] = "--preset",
        ["Use the encoder that computed them"] = "Specify the encoder that computed them with --run",
        ["task pretrain"] = "'simclr pretrain'",
        ["task supervised"] = "'simclr supervised'",
        ["batch.micro=auto"] = "--micro-batch auto",
        ["Batch.Micro"] = "--micro-batch",
        ["Batch.Memory"] = "--memory",
        ["Batch.Size"] = "--batch-size",
        ["connectionString"] = "--store",
        ["CommunicationOptions.Timeout"] = "--communication-timeout",
        ["EmbeddingJoin"] = "--join",
        ["EmbeddingJoin.Write"] = "'simclr embed --join'",
        ["EmbeddingShard"] = "--shard",
        ["EmbeddingTask.Run"] = "'simclr embed'",
        ["EmbeddingTask.Shard"] = "--shard",
        ["FineTuneOptions.Rate"] = "--rate",
        ["ImageCollection.CompleteAsync"] = "'simclr index add'",
        ["ImageCollection.EnsureCollectionExistsAsync"] = "'simclr index create'",
        ["ImageClassifier.Save"] = "'simclr label --model'",
        ["ImportOptions.Encoder"] = "--encoder",
        ["ImportOptions.Interpolation"] = "--interpolation",
        ["ImportOptions.Normalize"] = "--normalize",
        ["ImportOptions.Prefix"] = "--prefix",
        ["ImportOptions.Size"] = "--size",
        ["ImportOptions.Stem"] = "--stem",
        ["ImportOptions.Width"] = "--width",
        ["PackFile.Write"] = "'simclr data pack'",
        ["Pretrainer.Run"] = "'simclr pretrain'",
        ["RunConfiguration.Resolve"] = "--config",
        ["SLURM_MPI_TYPE=pmi2"] = "srun --mpi=pmi2",
        ["SLURM_MPI_TYPE=pmix"] = "srun --mpi=pmix",
        ["TrainedEncoder.Save"] = "'simclr pretrain'",
        ["TransferEvaluation"] = "'simclr evaluate transfer --only voc2007'",
    };

    /// <summary>The library's methods that take a file, with the equivalent command; {0} stands for the file.</summary>
    public static IReadOnlyDictionary<string, string> Calls { get; } = new Dictionary<string, string>
    {
        ["EmbeddingTask.Run"] = "'simclr embed RUN IMAGES --out {0}'",
        ["ImageCollection.UpsertAsync"] = "'simclr index add {0} IMAGES'",
        ["ImportedEncoder.Read"] = "'simclr import {0} --out encoder.safetensors --normalize imagenet' (or none)",
        ["PostgresImageCollection.EnsureCollectionExistsAsync"]
            = "'simclr index create IMAGES --run RUN --out {0} --store …'",
        ["PredictionsFile.Write"] = "'--predictions {0}' of an evaluation",
        ["SqliteImageCollection.EnsureCollectionExistsAsync"] = "'simclr index create IMAGES --run RUN --out {0}'",
        ["WeightsCache.AddAsync"] = "'simclr weights get {0} --from FILE'",
    };

    // In quotes, or as part of a path, the text is the user's own and is not translated.
    private static readonly Regex Known = new($@"(?<![\w./\\'""-])({OneOf(Translations.Keys)})(?![\w/\\])");

    private static readonly Regex Called = new($@"(?<![\w./\\'""-])({OneOf(Calls.Keys)})\((.+)\)");

    // Arguments of the command line that a translation would change. A name that the user chose stays as it is.
    private static readonly AsyncLocal<string[]> Own = new();

    /// <summary>Sets the arguments of this command, which messages repeat word for word.</summary>
    public static void Protect(IReadOnlyList<string> arguments) => Own.Value =
        [
            .. arguments.Where((text, i) => i == 0 || arguments[i - 1] != "--set")
                .Select(
                    text => text.StartsWith("--", StringComparison.Ordinal) ? text[(text.IndexOf('=') + 1)..] : text)
                .Where(text => text.Length > 0 && Translate(text) != text)
                .OrderByDescending(text => text.Length),
        ];

    /// <summary>Returns a message of the library in the terms of the command line.</summary>
    public static string From(string message)
    {
        string[] own = Own.Value ?? [];
        string words = message;
        foreach ((int i, string text) in own.Index())
        {
            words = words.Replace(text, Placeholder(i), StringComparison.Ordinal);
        }

        words = Translate(words);
        foreach ((int i, string text) in own.Index())
        {
            words = words.Replace(Placeholder(i), text, StringComparison.Ordinal);
        }

        return words;
    }

    // Between characters for private use, which no message contains.
    private static string Placeholder(int number) => $"\uE000{number}\uE001";

    private static string Translate(string message)
    {
        string words = Called.Replace(message, found => Typed(found.Groups[1].Value, found.Groups[2].Value));
        words = Known.Replace(words, found => Translations[found.Value]);
        return Assignment().Replace(words, "--set $0");
    }

    private static string Typed(string call, string file) => Calls[call].Replace("{0}", file, StringComparison.Ordinal);

    private static string OneOf(IEnumerable<string> names)
        => string.Join('|', names.OrderByDescending(name => name.Length).Select(Regex.Escape));

    /// <summary>Matches an assignment, except in quotes, where it is user input or an example.</summary>
    [GeneratedRegex(
        @"(?<![\w./\\'""=-]|--set )\b(views|encoder|head|loss|optimizer|schedule|batch|checkpoint|data)"
            + @"\.[a-z_]+=(?!=)")]
    private static partial Regex Assignment();
}
