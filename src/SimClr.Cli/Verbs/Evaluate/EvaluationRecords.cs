using System.CommandLine;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Internals;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>The records of evaluations in run directories (<see cref="EvaluationRecord"/>).</summary>
internal static class EvaluationRecords
{
    /// <summary>The settings that a verb prints among its results.</summary>
    private static readonly string[] PrintedSettings = ["layer"];

    /// <summary>Creates the option that keeps the predictions beside the record.</summary>
    public static Option<bool> KeepPredictions() => new("--keep-predictions")
    {
        Description = "Keep the prediction for each test image in RUN/evaluations, for 'simclr runs compare'",
    };

    /// <summary>Checks that predictions can be kept.</summary>
    /// <exception cref="ConfigurationException">RUN is not a directory.</exception>
    public static void RequireDirectory(string run, bool keeps)
    {
        if (keeps && !Directory.Exists(run))
        {
            throw new ConfigurationException(
                $"--keep-predictions: {run} is not a run directory; use --predictions FILE.csv for an encoder file");
        }
    }

    /// <summary>
    /// Writes the record of an evaluation to its run directory; for an encoder file there is none. Predictions that
    /// were kept before are replaced too. A record that cannot be written is a warning.
    /// </summary>
    /// <param name="context">The command, which receives the warning.</param>
    /// <param name="subject">What was evaluated.</param>
    /// <param name="results">The result that the verb prints with <c>--json</c>.</param>
    /// <param name="seconds">The duration; null if the result was reused.</param>
    /// <param name="writePredictions">Writes the predictions.</param>
    /// <param name="keeps">Whether the predictions are kept beside the record.</param>
    /// <param name="predictions">The file to which the user had the predictions written; null for none.</param>
    /// <returns>The path of the record; null without one.</returns>
    public static string? Write(
        CommandContext context,
        EvaluationSubject subject,
        JsonObject results,
        double? seconds,
        Action<Stream> writePredictions,
        bool keeps,
        string? predictions)
    {
        if (!Directory.Exists(subject.Run) || subject.Encoder is null)
        {
            return null;
        }

        var run = new RunDirectory(subject.Run);
        try
        {
            EvaluationRecord record = Create(subject, results, seconds);
            string kept = record.Name + ".csv";
            if (keeps || File.Exists(Path.Combine(run.EvaluationFolder, kept)))
            {
                AtomicFile.Write(Path.Combine(run.EvaluationFolder, kept), writePredictions);
                predictions = kept;
            }
            else if (predictions is not null)
            {
                predictions = Path.GetFullPath(predictions);
            }

            record = record with { Predictions = predictions };
            record.Write(run);
            return record.FileIn(run);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            context.WriteNote(
                $"warning: the record of this evaluation cannot be written to {run.EvaluationFolder}: {error.Message}");
            return null;
        }
    }

    /// <summary>Creates the record of an evaluation.</summary>
    public static EvaluationRecord Create(EvaluationSubject subject, JsonObject results, double? seconds)
    {
        JsonObject settings = subject.Settings.DeepClone().AsObject();
        foreach (string key in PrintedSettings.Where(results.ContainsKey))
        {
            settings[key] = results[key]!.DeepClone();
        }

        return new EvaluationRecord
        {
            Kind = subject.Kind,
            Data = subject.Sets.Where(set => set.Value is not null).ToDictionary(
                set => set.Key,
                set => new RunRecord.DataRecord(
                    set.Value!.Name, set.Value.Count, set.Value.ClassNames?.Count, set.Value.Fingerprint)),
            Settings = settings,
            Encoder = subject.Encoder!,
            Results = results.DeepClone().AsObject(),
            Seconds = seconds is { } duration ? Math.Round(duration, 2) : null,
        };
    }
}
