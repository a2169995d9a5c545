using System.Text;
using SimClr.Cli.Outputs;
using SimClr.Data;
using SimClr.Evaluation;
using SimClr.Labels;

namespace SimClr.Fuzz;

/// <summary>Text lists and tables that users write by hand.</summary>
internal static class ListReaders
{
    private static readonly string[] Words =
    [
        "path", "label", ",", "\"", "\"\"", "\r\n", "a.jpg", "dir/b.jpg", "#", ";", "\t", "\0", "\ufeff", "../",
        "prediction", "correct",
    ];
    private static readonly string[] Paths = ["a.jpg", "dir/b.jpg", "c,\"d\".jpg", "e.jpg"];

    public static IReadOnlyList<FuzzReader> All { get; } =
    [
        Text(
            "manifest",
            "m.csv",
            "path,label\na.jpg,cat\ndir/b.jpg,\"dog, large\"\n\"c,\"\"d\"\".jpg\",cat\n",
            ReadManifest),
        Text("labels", "l.csv", "path,label,note\na.jpg,cat,x\ndir/b.jpg,dog,\n\"c,\"\"d\"\".jpg\",,\n", file
            => KnownLabels.Read(file, Paths).Rows.Length),
        Text(
            "predictions",
            "predictions.csv",
            "path,label,prediction,correct\na.jpg,cat,cat,1\ndir/b.jpg,dog,cat,0\n",
            file => PredictionsFile.Read(file).Count(row => row.Correct)),
        Text(
            "undo",
            "undo.csv",
            "from,to\n/nowhere/a.jpg,/elsewhere/a.jpg\n\"/nowhere/b, c.jpg\",/elsewhere/b.jpg\n",
            file => UndoList.Undo(file, isDryRun: true, default).NotRestored.Count),
        Text("list", "train.txt", "# images\na.jpg 1\ndir/b.jpg 2\n\ne.jpg 3\n", file => ListFile.Lines(file).Length),
        Text("label-list", "1percent.txt", "a.jpg\ndir/b.jpg\n", file => LabelList.Read(Named(), file).Length),
        Text(
            "voc",
            "1.xml",
            "<?xml version=\"1.0\"?><annotation><folder>VOC2007</folder><object><name>dog</name><difficult>"
                + "0</difficult><bndbox><xmin>1</xmin></bndbox></object><object><name>cat</name><part><name>head</name>"
                + "</part></object></annotation>",
            file => VocAnnotation.Read(file).Count)
            with
        {
            Tokens =
            [
                "<object>", "</object>", "<name>", "<![CDATA[", "]]>", "<!--",
                "-->", "<!DOCTYPE a [<!ENTITY x \"y\">]>", "&x;", "&#0;", "&amp;", "<?pi ?>", "encoding=\"utf-7\"",
                "xmlns:a=\"b\"", "<a>",
            ],
        },
    ];

    private static FuzzReader Text(string name, string file, string seed, Func<string, object?> read)
        => new(
            name,
            file,
            _ => [
                Encoding.UTF8.GetBytes(seed),
                Encoding.UTF8.GetBytes(seed.Replace("\n", "\r\n", StringComparison.Ordinal))],
            path => Nothing(read(path)))
        {
            Tokens = Words,
        };

    private static string? Nothing(object? read) => read is null ? "" : null;

    private static object? ReadManifest(string file)
    {
        string folder = Path.GetDirectoryName(file)!;
        File.WriteAllBytes(Path.Combine(folder, "a.jpg"), [1]);
        using ImageDataSet images = DataSets.Open(file);
        _ = images.Labels?.Count;
        return images.PathOf(images.Count - 1);
    }

    private static NamedImages Named() => new();

    private sealed class NamedImages : ImageDataSet
    {
        public override string Name => "named";

        public override int Count => Paths.Length;

        public override IReadOnlyList<int>? Labels => null;

        public override IReadOnlyList<string>? ClassNames => null;

        public override string Fingerprint => "named";

        public override string PathOf(int index) => Paths[index];

        public override RgbImage Read(int index) => new(1, 1, new byte[3]);
    }
}
