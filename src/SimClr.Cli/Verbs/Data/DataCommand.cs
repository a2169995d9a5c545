using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using SimClr.Augmentation;
using SimClr.Cli.Outputs;
using SimClr.Cli.Progress;
using SimClr.Configuration;
using SimClr.Data;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr data pack</c> and <c>simclr data download</c>.</summary>
internal static class DataCommand
{
    private const string SkippedSuffix = ".skipped.jsonl";

    public static Command Create() => new Verb(
        "data",
        "Download and prepare images.",
        "simclr data pack ./photos --out photos.pack --size 256",
        "simclr data download cifar10 --out data/cifar10")
    {
        Pack(),
        DataDownloadCommand.Create(),
    };

    private static Verb Pack()
    {
        var data = new Argument<string>("DATA")
        {
            Description = "Images: a folder, a manifest or a data spec (see 'simclr --help')",
        };
        var file = new OutputOption("--out", OutputKinds.Pack, "Output file (.pack)") { Required = true };
        Option<long?> size = NumberOption.Integer(
            "--size", "Reduce images to this many pixels along the short side. Default: the original size.", 1);
        var set = new Option<string[]>("--set")
        {
            Description = "Set a data key, such as data.workers=4. Repeatable",
            HelpName = "data.key=value",
        };
        var verb = new Verb(
            "pack",
            "Decode images into one file, from which later runs stream without decoding.",
            "simclr data pack ./photos --out photos.pack",
            "simclr data pack ./photos --out photos.pack --size 256",
            "simclr pretrain photos.pack --out runs/photos")
        {
            data, file, size, set,
        };
        verb.Details =
        [
            "FILE can be used wherever DATA is expected. It contains pixels (3 bytes each, about 5 to 10 times",
            "the size of JPEGs), labels, class names and paths. It is read by offset and may be larger than",
            "memory. Unreadable images are left out and listed in FILE.skipped.jsonl. Without --size, and if no",
            "image was left out, training on it produces the same views as training on DATA.",
        ];
        return verb.Handle(context => Write(
            context,
            context.Value(data),
            context.File(file)!,
            (int?)context.Value(size),
            Reading(context.Value(set) ?? [])));
    }

    private static void Write(CommandContext context, string data, OutputFile file, int? size, DataOptions reading)
    {
        long begin = Stopwatch.GetTimestamp();
        using ImageDataSet source = context.OpenImages(data, reading);
        using ImageDataSet images = size is { } side ? new ResizedDataSet(source, side) : source;
        var skipped = new SkippedImages(images, reading);
        int packed = 0;
        Display.Show(context, display =>
        {
            IProgress<int> progress = display.Images($"packing {images.Name}", images.Count);
            file.Write(stream => packed = PackFile.Write(images, stream, reading, skipped, progress, context.Cancel));
            return true;
        });
        if (skipped.Any)
        {
            file.WithSuffix(SkippedSuffix).Write(Encoding.UTF8.GetBytes(skipped.Lines()));
        }

        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        long bytes = new FileInfo(file.Path).Length;
        context.Result(
            new JsonObject
            {
                ["file"] = file.Path,
                ["images"] = packed,
                ["skipped_images"] = skipped.Count,
                ["classes"] = images.ClassNames?.Count,
                ["size"] = size,
                ["bytes"] = bytes,
                ["images_per_second"] = Math.Round(images.Count / seconds, 1),
            },
            Text(file, packed, skipped.Count, bytes, seconds));
    }

    private static string Text(OutputFile file, int packed, int skipped, long bytes, double seconds)
    {
        string left = skipped > 0 ? $"; {skipped} could not be read and are listed in {file.Path}{SkippedSuffix}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"wrote {file.Path}: {packed:N0} images, {bytes / 1e6:N1} MB, {seconds:F1} s{left}");
    }

    private static DataOptions Reading(string[] changes)
        => changes.FirstOrDefault(text => !text.StartsWith("data.", StringComparison.Ordinal)) is { } other
            ? throw new ConfigurationException($"--set: got '{other}', expected a key of the section data")
            : RunConfiguration.ResolveUnchecked(new PretrainOptions(), preset: null, file: null, changes).Data;
}
