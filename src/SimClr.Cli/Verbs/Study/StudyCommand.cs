using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using SimClr.Cli.Outputs;
using SimClr.Cli.Studies;
using SimClr.Internals;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr study list|show|copy|run|report</c>.</summary>
internal static class StudyCommand
{
    public static Command Create() => new Verb(
        "study",
        "Repeat a figure or table of the paper at a chosen scale, and judge its claims.",
        "simclr study list",
        "simclr study run color --scale smoke",
        "simclr study report studies/color-smoke")
    {
        List(),
        Show(),
        Copy(),
        StudyRunCommand.Create(),
        StudyReportCommand.Create(),
    };

    /// <summary>Opens a study by name, or from a file that ends with .yaml.</summary>
    /// <exception cref="ConfigurationException">There is no such study, or the file is invalid.</exception>
    public static (Study Study, string Text) Open(string name)
    {
        if (!name.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase)
            && !name.EndsWith(".yml", StringComparison.OrdinalIgnoreCase))
        {
            string known = StudyCatalog.Text(name);
            return (StudyFile.Parse(known, $"study '{name}'"), known);
        }

        try
        {
            const int MaxLetters = 1 << 20;
            using StreamReader file = RegularFile.OpenText(name);
            char[] letters = new char[MaxLetters + 1];
            int length = file.ReadBlock(letters);
            string text = length <= MaxLetters
                ? new string(letters, 0, length)
                : throw new ConfigurationException($"{name}: got more than {MaxLetters} letters, expected a study");
            return (StudyFile.Parse(text, name), text);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"cannot read the study '{name}': {error.Message}", error);
        }
    }

    private static Verb List()
        => new Verb("list", "List the studies.", "simclr study list").Handle(context =>
        {
            Study[] all = [.. StudyCatalog.Names.Select(StudyCatalog.Load)];
            int name = all.Max(study => study.Name.Length);
            int item = all.Max(study => study.Paper.Item.Length);
            context.Result(
                new JsonObject { ["studies"] = new JsonArray([.. all.Select(Describe)]) },
                all.Select(study => $"{study.Name.PadRight(name)}  {study.Paper.Item.PadRight(item)}  {study.Title}"));
        });

    private static JsonObject Describe(Study study) => new()
    {
        ["name"] = study.Name,
        ["title"] = study.Title,
        ["paper"] = study.Paper.Item,
        ["section"] = study.Paper.Section,
        ["scales"] = new JsonArray([.. study.Scales.Keys.Select(scale => JsonValue.Create(scale))]),
        ["claims"] = new JsonArray([.. study.Claims.Select(claim => JsonValue.Create(claim.Text))]),
    };

    private static Verb Show()
    {
        Argument<string> name = Name();
        var verb = new Verb(
            "show", "Print a study with its comments.", "simclr study show color", "simclr study show table-1")
        {
            name,
        };
        return verb.Handle(context =>
        {
            (Study study, string text) = Open(context.Value(name));
            context.Result(Describe(study), text.TrimEnd('\n').Split('\n'));
        });
    }

    private static Verb Copy()
    {
        Argument<string> name = Name();
        var file = new Argument<string?>("FILE")
        {
            Description = "Output file. Default: NAME.yaml.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var verb = new Verb(
            "copy",
            "Copy a study to a file, for editing and use with 'study run FILE'.",
            "simclr study copy color my-study.yaml") { name, file };
        return verb.Handle(context =>
        {
            (Study study, string text) = Open(context.Value(name));
            string path = context.Value(file) ?? $"{study.Name}.yaml";
            context.Outputs.OpenNew("FILE", path, OutputKinds.Preset).Write(Encoding.UTF8.GetBytes(text));
            context.Result(
                new JsonObject { ["name"] = study.Name, ["file"] = path },
                $"wrote {path}; run it with: simclr study run {ShellText.Quote(path)}");
        });
    }

    private static Argument<string> Name()
        => new("NAME") { Description = "A study ('simclr study list'), a figure or table such as table-1, or a file" };
}
