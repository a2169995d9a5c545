using System.CommandLine;
using System.Globalization;
using SimClr.Cli.Outputs;
using SimClr.Embeddings;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>The arguments of <c>simclr embed</c>.</summary>
internal sealed class EmbedArguments
{
    public Argument<string?> Run { get; } = new("RUN")
    {
        Description = "Run directory or encoder file",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Argument<string?> Images { get; } = new("IMAGES")
    {
        Description = "Images: a folder, a manifest or a data spec (see 'simclr --help')",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public OutputOption Out { get; } = new(
        "--out", OutputKinds.Embeddings, "Output file: .npy, .csv, .safetensors or .parquet")
    {
        Required = true,
    };

    public Option<bool> Projection { get; } = new("--projection")
    {
        Description = "Write z, the output of the projection head, instead of h; the same as --layer z",
    };

    public Option<string?> Layer { get; } = LayerOption.Create();

    public Option<bool> Normalize { get; } = new("--normalize") { Description = "Scale each row to unit length" };

    public Option<string?> Shard { get; } = new("--shard")
    {
        Description = "Embed part i of n, into NAME.i-of-n.EXT, for array jobs on a cluster",
        HelpName = "i/n",
    };

    public Option<string[]> Join { get; } = new("--join")
    {
        Description = "Join the parts of --shard instead of embedding",
        HelpName = "PART",
        AllowMultipleArgumentsPerToken = true,
    };

    public Option<string[]> Set { get; } = ReadingOption.Create("the run's configuration");

    public void AddTo(Command command)
    {
        command.Add(Run);
        command.Add(Images);
        command.Add(Out);
        command.Add(Projection);
        command.Add(Layer);
        command.Add(Normalize);
        command.Add(Shard);
        command.Add(Join);
        command.Add(Set);
    }

    /// <summary>Returns the value of an argument that only joining may omit.</summary>
    public static string Required(string? value, Argument argument)
        => value ?? throw new ConfigurationException(
            $"{argument.Name} is missing: {argument.Description}. See 'simclr embed --help'");

    /// <summary>Returns the requested layer.</summary>
    /// <exception cref="ConfigurationException">Both options are given, for different layers.</exception>
    public string LayerOf(CommandContext context)
        => (context.Value(Projection), context.Value(Layer)) switch
        {
            (false, var layer) => layer ?? TrainedHead.H,
            (true, null or TrainedHead.Z) => TrainedHead.Z,
            (true, var other) => throw new ConfigurationException(
                $"--projection: got --layer {other} as well, expected one of the two"),
        };

    /// <summary>Returns the requested shard; without the option, the whole set.</summary>
    public static EmbeddingShard ParseShard(string? text)
    {
        string[] words = (text ?? "1/1").Split('/');
        return words.Length == 2
            && ParseNumber(words[0]) is { } number
            && ParseNumber(words[1]) is { } total
            && number <= total
            ? new EmbeddingShard(number, total)
            : throw new ConfigurationException(
                $"--shard: got '{text}', expected i/n, such as 2/8 for the second of eight parts");
    }

    private static int? ParseNumber(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number
            : null;
}
