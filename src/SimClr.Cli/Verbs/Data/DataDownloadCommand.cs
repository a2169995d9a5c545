using System.CommandLine;
using System.Text.Json.Nodes;
using SimClr.Cli.Progress;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr data download NAME --out DIR</c>.</summary>
internal static class DataDownloadCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static Verb Create()
    {
        var name = new Argument<string>("NAME") { Description = $"One of {string.Join(", ", RemoteSets.Names)}" };
        name.CompletionSources.Add([.. RemoteSets.Names]);
        var folder = new Option<string>("--out")
        {
            Description = "Folder for the set",
            HelpName = "DIR",
            Required = true,
        };
        var mirror = new Option<string?>("--mirror")
        {
            Description = "Address to download the files from, under the same names, instead of the official one; "
                + "the published checksums apply",
            HelpName = "URL",
        };
        var verb = new Verb(
            "download",
            "Download a public image set.",
            "simclr data download cifar10 --out data/cifar10",
            "simclr data download imagenette-160 --out data/imagenette")
        {
            name, folder, mirror,
        };
        verb.Details =
        [
            "An interrupted download continues when the command is repeated. Each file must have its published",
            "checksum; archives are unpacked next to their destination and then moved there, and nothing is",
            "written outside DIR. Each set has its own terms of use, which you accept by using it.",
        ];
        return verb.Handle(context => Download(
            context,
            RemoteSets.Find(context.Value(name)),
            FolderOf(context.Value(folder)!),
            MirrorOf(context.Value(mirror))));
    }

    private static void Download(CommandContext context, RemoteSet set, string folder, Uri? mirror)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(1) };
        DownloadedSet found = Display.Show(
            context, display => Fetch(client, set, folder, mirror, display, context.Cancel));
        string[] uses = [.. set.Uses.Select(use => use.Replace("DIR", folder, StringComparison.Ordinal))];
        context.Result(
            new JsonObject
            {
                ["name"] = set.Name,
                ["folder"] = folder,
                ["downloaded_bytes"] = found.Bytes,
                ["was_there"] = found.AlreadyPresent,
                ["uses"] = new JsonArray([.. uses.Select(use => JsonValue.Create(use))]),
            },
            Lines(set, found, folder, uses));
    }

    private static DownloadedSet Fetch(
        HttpClient client, RemoteSet set, string folder, Uri? mirror, IDisplay display, CancellationToken cancel)
    {
        var works = new Dictionary<RemoteFile, IProgress<WorkDone>>();
        try
        {
            return new SetDownload(client, Pause)
                .RunAsync(set, folder, mirror, Report, cancel)
                .GetAwaiter()
                .GetResult();
        }
        catch (OperationCanceledException stop) when (cancel.IsCancellationRequested)
        {
            throw new StoppedException("downloaded data is kept; repeat the command to continue", stop);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"cannot write into '{folder}': {error.Message}", error);
        }

        void Report(RemoteFile file, long bytes)
        {
            if (!works.TryGetValue(file, out IProgress<WorkDone>? work))
            {
                works[file] = work = display.Work(file.Megabytes);
            }

            work.Report(new WorkDone(
                (int)(bytes / 1_000_000), $"{file.Name}: {ByteSize.Format(bytes)} of about {file.Megabytes} MB"));
        }
    }

    private static string[] Lines(RemoteSet set, DownloadedSet found, string folder, string[] uses)
    {
        string done = found.AlreadyPresent
            ? $"{set.Title} is already in {folder}"
            : $"{set.Title} is in {folder} ({ByteSize.Format(found.Bytes)} downloaded)";
        return [done, $"use it as: {string.Join(", ", uses)}"];
    }

    private static string FolderOf(string path)
        => string.IsNullOrWhiteSpace(path)
            ? throw new ConfigurationException("--out: got nothing, expected a folder such as data/cifar10")
            : File.Exists(path)
                ? throw new ConfigurationException($"--out: '{path}' is a file, expected a folder such as data/cifar10")
            : path;

    private static Uri? MirrorOf(string? text)
        => text is null ? null
            : Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https" ? address
            : throw new ConfigurationException(
                $"--mirror: got '{text}', expected an address such as https://example.org/sets");
}
