using System.CommandLine;

namespace SimClr.Cli.Studies;

/// <summary>
/// Checks the commands of a plan's measures by the command line's own parser, before anything is trained.
/// </summary>
internal static class StudyCommandChecks
{
    // They train runs or start others, which is what arms are for.
    private static readonly string[] Trainers = ["pretrain", "supervised", "demo", "study", "bench"];

    /// <exception cref="ConfigurationException">A command has no value for a variable, or is none.</exception>
    public static void Check(StudyPlan plan, StudyCommands commands)
    {
        Verb root = CommandLine.CreateRoot();
        HashSet<(string Arm, string Measure)> known = [];
        foreach (StudyCell cell in plan.Cells)
        {
            foreach ((string[] command, StudyMeasure[] measures) in commands.Measure(cell))
            {
                if (measures.Any(measure => known.Add((cell.Arm.Name, measure.Name))))
                {
                    Check(root, plan, command, measures[0]);
                }
            }
        }
    }

    private static void Check(Verb root, StudyPlan plan, string[] command, StudyMeasure measure)
    {
        string? wrong = command is not [{ Length: > 0 } verb, ..] || verb.StartsWith('-') ? "it names no verb"
            : Trainers.Contains(verb) ? $"'{verb}' measures nothing"
            : root.Parse([.. command, "--json"], new ParserConfiguration { ResponseFileTokenReplacer = null }).Errors
                is [var error, ..] ? error.Message
            : null;
        if (wrong is not null)
        {
            throw new ConfigurationException(
                $"study '{plan.Study.Name}': the command of the measure '{measure.Name}', "
                    + $"'{string.Join(' ', command.Select(ShellText.Quote))}', cannot be run: {wrong}");
        }
    }
}
