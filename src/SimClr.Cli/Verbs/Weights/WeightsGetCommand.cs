using System.CommandLine;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Internals;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr weights get NAME</c>.</summary>
internal static class WeightsGetCommand
{
    public static Verb Create()
    {
        var name = new Argument<string>("NAME") { Description = "A name of 'simclr weights list'" };
        var folder = new Option<string?>("--out")
        {
            Description = $"Folder to keep the weights in. Default: {WeightsCache.FolderVariable}, or else a folder of "
                + "the user's cache.",
            HelpName = "DIR",
        };
        var from = new Option<string?>("--from")
        {
            Description = "Address or file to take the weights from instead of the official address; the same "
                + "checksums apply",
            HelpName = "SOURCE",
        };
        var force = new Option<bool>("--force") { Description = "Download the weights even if they are there" };
        var verb = new Verb(
            "get",
            "Download a public checkpoint and convert it into an encoder.",
            "simclr weights get dino-resnet50",
            "simclr weights get torchvision-resnet50 --from resnet50-0676ba61.pth",
            "simclr weights get vicreg-resnet50 --out weights --json")
        {
            name, folder, from, force,
        };
        verb.Details =
        [
            "DIR receives NAME.safetensors, an encoder file, and NAME.json, which records address and SHA-256. The",
            "download must have the known checksum, or its known first digits; where none is known, the one of the",
            "first download is recorded, and later ones must have it. An interrupted download continues when the",
            "command is repeated.",
            "",
            $"{WeightsCache.FolderVariable} names the folder for all commands, {WeightsCache.MirrorVariable} the base "
                + "address of a mirror,",
            $"and {WeightsCache.OfflineVariable}=1 forbids downloads. Each checkpoint has its own license, which you "
                + "accept by using it.",
        ];
        return verb.Handle(context => Get(
            context,
            WeightsCatalog.Find(context.Value(name)),
            CacheIn(context.Value(folder)),
            context.Value(from),
            context.Value(force)));
    }

    private static void Get(CommandContext context, NamedWeights weights, WeightsCache cache, string? from, bool force)
    {
        CachedWeights found = !force && from is null && cache.Find(weights) is { } there ? there
            : WeightsDownload.Get(context, weights, progress => from is null
                ? cache.GetAsync(weights, force, progress, context.Cancel)
                : cache.AddAsync(weights, from, progress, context.Cancel));
        context.Result(
            new JsonObject
            {
                ["name"] = weights.Name,
                ["file"] = found.File,
                ["address"] = found.Address,
                ["sha256"] = found.Sha256,
                ["bytes"] = found.Bytes,
                ["pinned"] = found.Pinned.Text(),
                ["was_there"] = found.AlreadyPresent,
                ["license"] = weights.License,
                ["commercial_use"] = weights.AllowsCommercialUse,
            },
            found.AlreadyPresent
                ? $"{weights.Name} is already in {found.File}"
                : $"wrote {found.File}, converted from {found.Address}",
            $"SHA-256 of the download: {found.Sha256} ({Describe(found.Pinned)})",
            $"license: {WeightsDownload.LicenseOf(weights)}",
            $"use it as: {(cache.Folder == new WeightsCache().Folder ? $"weights:{weights.Name}" : found.File)}");
    }

    private static string Describe(WeightsPin pin) => pin switch
    {
        WeightsPin.Complete => "as known before",
        WeightsPin.Prefix => "begins as published",
        _ => "none was known; later downloads are compared with it",
    };

    private static WeightsCache CacheIn(string? folder)
        => folder is not null && File.Exists(folder)
            ? throw new ConfigurationException($"--out: '{folder}' is a file, expected a folder such as weights")
            : new WeightsCache(folder);
}
