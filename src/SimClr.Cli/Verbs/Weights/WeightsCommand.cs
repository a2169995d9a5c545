using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Internals;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr weights list</c> and <c>simclr weights get NAME</c>.</summary>
internal static class WeightsCommand
{
    private static readonly string[] Headings = ["name", "encoder", "license", "here", "top-1", "size", "trained by"];

    public static Command Create()
    {
        var verb = new Verb(
            "weights",
            "Public checkpoints by name, to use as a run.",
            "simclr weights list",
            "simclr weights get dino-resnet50",
            "simclr embed weights:dino-resnet50 ./photos --out photos.npy")
        {
            List(),
            WeightsGetCommand.Create(),
        };
        verb.Details =
        [
            "'weights:NAME' can be used wherever a run is expected, and as encoder.weights in a configuration. The",
            "file is downloaded once, compared with its checksum, converted and kept.",
        ];
        return verb;
    }

    private static Verb List()
    {
        var verb = new Verb(
            "list",
            "List the public checkpoints that can be used by name.",
            "simclr weights list",
            "simclr weights list --json");
        verb.Details =
        [
            "top-1 is the accuracy on ImageNet that the authors report: of a linear layer on the frozen encoder, or,",
            "where training was supervised, of the network. 'here' says whether the cache holds the weights.",
        ];
        return verb.Handle(Show);
    }

    private static void Show(CommandContext context)
    {
        var cache = new WeightsCache();
        context.Result(
            new JsonObject
            {
                ["folder"] = cache.Folder,
                ["weights"] = new JsonArray([.. WeightsCatalog.All.Select(weights => Json(weights, cache))]),
            },
            [
                .. RunRow.Align(
                    [Headings, .. WeightsCatalog.All.Select(weights => Cells(weights, cache))], firstColumns: 4),
                $"cache: {cache.Folder}",
                "next: simclr weights get NAME, or weights:NAME as a run",
            ]);
    }

    private static string[] Cells(NamedWeights weights, WeightsCache cache) =>
    [
        weights.Name,
        weights.Encoder,
        weights.License.Split(" (")[0],
        cache.Find(weights) is null ? "no" : "yes",
        (100 * weights.Accuracy).ToString("F1", CultureInfo.InvariantCulture) + "%",
        weights.Bytes is { } bytes ? ByteSize.Format(bytes) : "?",
        weights.Description,
    ];

    private static JsonObject Json(NamedWeights weights, WeightsCache cache) => new()
    {
        ["name"] = weights.Name,
        ["description"] = weights.Description,
        ["encoder"] = weights.Encoder,
        ["size"] = weights.Size,
        ["normalize"] = weights.Normalize.Text(),
        ["interpolation"] = weights.Interpolation.Text(),
        ["accuracy"] = weights.Accuracy,
        ["accuracy_of"] = weights.AccuracyOf,
        ["license"] = weights.License,
        ["commercial_use"] = weights.AllowsCommercialUse,
        ["source"] = weights.Source,
        ["paper"] = weights.Paper,
        ["addresses"] = new JsonArray([.. weights.Addresses.Select(address => JsonValue.Create(address))]),
        ["bytes"] = weights.Bytes,
        ["published_checksum"] = weights.Published is { } sum ? $"{sum.Algorithm} {sum}" : null,
        ["sha256"] = weights.Sha256,
        ["note"] = weights.Note,
        ["file"] = cache.Find(weights)?.File,
    };
}
