using SimClr.Configuration;

namespace SimClr.Cli.Studies;

/// <summary>Reads the YAML file of a study.</summary>
internal static class StudyFile
{
    private static readonly string[] ConfigurationWords = ["preset", "precision", "augment_on", "online_linear"];
    private static readonly string[] ScaleWords =
        ["about", "data", "test", "images", "test_images", "seeds", "arms", "axes"];

    /// <summary>Reads a study.</summary>
    /// <param name="text">The text of the file.</param>
    /// <param name="source">The source of the text, for messages.</param>
    /// <exception cref="ConfigurationException">A key is missing, unknown, or of the wrong kind.</exception>
    public static Study Parse(string text, string source)
    {
        var root = new StudyNode(ConfigurationFile.Parse(text, source), source);
        root.Allow(
            "study", "title", "paper", "arms", "axes", "measures", "scales", "claims", "plot", "differences",
            "settings");
        IReadOnlyList<StudyAxis> axes = Axes(root);
        StudyArm[] arms = [.. root.Section("arms").Members().Select(arm => Arm(arm, axes))];
        StudyMeasure[] measures = [.. root.Section("measures").Members().Select(Measure)];
        if (measures.Length == 0)
        {
            throw root.Section("measures").Bad("expected at least one");
        }

        Dictionary<string, StudyScale> scales = root.Section("scales").Members().ToDictionary(
            scale => scale.Key, scale => Scale(scale, axes));
        StudyClaim[] claims = [.. root.Items("claims").Select(Claim)];
        var study = new Study(
            root.Text("study"),
            root.Text("title"),
            Paper(root.Section("paper")),
            Settings(root.Find("settings")),
            arms,
            axes,
            measures,
            scales,
            claims,
            Plot(root.Section("plot"), measures),
            [.. root.Texts("differences")]);
        StudyChecks.Check(study, source);
        return study;
    }

    /// <summary>Whether a key belongs to the configuration of a run, and is no variable.</summary>
    public static bool IsConfiguration(string key) => key.Contains('.') || ConfigurationWords.Contains(key);

    private static StudyPaper Paper(StudyNode node)
    {
        node.Allow("item", "section", "setting", "measure", "values", "others", "note");
        return new StudyPaper(
            node.Text("item"),
            node.Text("section"),
            node.Text("setting"),
            node.Text("measure"),
            node.Find("values") is { } values ? [.. Values(values, [])] : [],
            node.Find("others") is { } others ? [.. Values(others, [])] : [],
            node.Find("note")?.AsText());
    }

    private static IEnumerable<PaperValue> Values(StudyNode node, string[] path)
        => node.IsSection
            ? node.Members().SelectMany(member => Values(member, [.. path, member.Key]))
            : [new PaperValue(path, node.AsNumber())];

    private static StudyArm Arm(StudyNode node, IReadOnlyList<StudyAxis> axes)
    {
        string? train = node.Find("train")?.AsText();
        if (train is not (null or "pretrain" or "supervised"))
        {
            throw node.Bad($"train is '{train}', expected pretrain, supervised or null");
        }

        Dictionary<string, IReadOnlyList<string>> at = [];
        foreach (StudyNode axis in node.Find("at")?.Members() ?? [])
        {
            if (axes.All(known => known.Name != axis.Key))
            {
                throw axis.Bad($"unknown axis, expected one of {string.Join(", ", axes.Select(known => known.Name))}");
            }

            at[axis.Key] = [.. axis.AsTexts()];
        }

        return new StudyArm(
            node.Key,
            train,
            Settings(node, "train", "at", "measures"),
            at,
            [.. node.Texts("measures")]);
    }

    private static StudyMeasure Measure(StudyNode node)
    {
        node.Allow("title", "command", "value", "percent", "optional", "needs", "picture", "series");
        return new StudyMeasure(
            node.Key,
            node.Text("title"),
            node.Find("command")?.AsText(),
            node.Text("value"),
            node.Find("percent")?.AsBoolean() ?? true,
            node.Find("optional")?.AsBoolean() ?? false,
            node.Find("needs")?.AsText(),
            node.Find("picture")?.AsText(),
            node.Find("series")?.AsText());
    }

    private static StudyScale Scale(StudyNode node, IReadOnlyList<StudyAxis> axes)
    {
        List<StudyAxis> replaced = [];
        foreach (StudyNode axis in node.Find("axes")?.Members() ?? [])
        {
            StudyAxis known = axes.FirstOrDefault(known => known.Name == axis.Key)
                ?? throw axis.Bad($"unknown axis, expected one of {string.Join(", ", axes.Select(own => own.Name))}");
            replaced.Add(Axis(axis, known));
        }

        return new StudyScale(
            node.Key,
            node.Text("about"),
            node.Find("data")?.AsText(),
            node.Find("test")?.AsText(),
            node.Find("images")?.AsCount(),
            node.Find("test_images")?.AsCount(),
            node.Find("seeds") is { } seeds ? [.. seeds.AsNumbers().Select(seed => (long)seed)] : [0],
            Settings(node, ScaleWords),
            node.Find("arms") is { } arms ? ScaleArms(arms) : null,
            replaced);
    }

    // A list of names, or names with settings.
    private static Dictionary<string, StudySettings> ScaleArms(StudyNode node)
        => node.IsSection
            ? node.Members().ToDictionary(arm => arm.Key, arm => arm.IsSection ? Settings(arm) : StudySettings.None)
            : node.AsTexts().Distinct().ToDictionary(name => name, _ => StudySettings.None);

    private static StudyAxis[] Axes(StudyNode root)
        => [.. root.Find("axes")?.Members().Select(axis => Axis(axis, null)) ?? []];

    // An axis of a scale may be a list of labels of the study's axis.
    private static StudyAxis Axis(StudyNode node, StudyAxis? known)
    {
        if (known is not null && node.IsList)
        {
            return known with
            {
                Points =
                [
                    .. node.AsTexts().Select(label => known.Points.FirstOrDefault(point => point.Label == label)
                        ?? throw node.Bad(
                            $"unknown point '{label}', expected some of "
                                + string.Join(", ", known.Points.Select(point => point.Label)))),
                ],
            };
        }

        node.Allow("title", "key", "points");
        string title = node.Find("title")?.AsText() ?? known?.Title ?? throw node.Bad("'title' is missing");
        StudyNode points = node.Section("points", allowList: true);
        string? key = node.Find("key")?.AsText() ?? known?.Key;
        return new StudyAxis(
            node.Key,
            title,
            key,
            points.IsList
                ? [.. points.AsTexts().Select(value => new StudyPoint(value, Single(node, key, value)))]
                : [.. points.Members().Select(point => new StudyPoint(point.Key, Settings(point)))]);
    }

    private static StudySettings Single(StudyNode node, string? key, string value)
        => key is null ? throw node.Bad("points are a list of values, which needs a 'key'")
            : IsConfiguration(key) ? new StudySettings([new(key, value)], new Dictionary<string, string>())
            : new StudySettings([], new Dictionary<string, string> { [key] = value });

    private static StudySettings Settings(StudyNode? node, params string[] other)
    {
        List<KeyValuePair<string, string>> configuration = [];
        Dictionary<string, string> variables = [];
        foreach (StudyNode member in (node?.Members() ?? []).Where(member => !other.Contains(member.Key)))
        {
            string value = member.IsList ? $"[{string.Join(", ", member.AsTexts())}]" : member.AsText();
            if (IsConfiguration(member.Key))
            {
                configuration.Add(new(member.Key, value));
            }
            else
            {
                variables[member.Key] = value;
            }
        }

        return new StudySettings(configuration, variables);
    }

    private static StudyClaim Claim(StudyNode node)
    {
        string text = node.Text("says");
        StudyNode[] kinds = [.. node.Members().Where(member => member.Key != "says")];
        return kinds is [var kind] && kind.IsSection
            ? new StudyClaim(text, kind.Key, kind.AsObject())
            : throw node.Bad("expected 'says' and one of trend, compare, best, gap, correlation, level");
    }

    private static StudyPlot Plot(StudyNode node, StudyMeasure[] measures)
    {
        node.Allow("kind", "x", "y", "series", "panels", "logarithmic");
        string[] y = [.. node.Texts("y")];
        return new StudyPlot(
            node.Text("kind"),
            node.Find("x")?.AsText() ?? "",
            y.Length > 0 ? y : [measures[0].Name],
            node.Find("series")?.AsText() ?? "arm",
            node.Find("panels")?.AsText(),
            node.Find("logarithmic")?.AsBoolean() ?? false);
    }
}
