using System.Diagnostics;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Evaluation;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>The records of a transfer evaluation, one for each set, in the run directory.</summary>
/// <param name="context">The command.</param>
/// <param name="request">The request.</param>
/// <param name="encoder">The evaluated encoder.</param>
/// <param name="reading">The options for reading images.</param>
/// <param name="steps">The number of steps of each training run of fine-tuning.</param>
/// <param name="seed">The seed.</param>
internal sealed class TransferRecords(
    CommandContext context, TransferInputs request, TrainedEncoder encoder, DataOptions reading, int steps, long seed)
{
    private readonly EvaluationRecord.EncoderRecord identity = EvaluationRecord.EncoderRecord.Of(encoder);

    /// <summary>Measures a set, and writes its record with the duration.</summary>
    public TransferResult Measure(TransferSplits splits, Func<TransferSplits, TransferResult> measure)
    {
        long begin = Stopwatch.GetTimestamp();
        TransferResult result = measure(splits);
        Write(splits, result, Stopwatch.GetElapsedTime(begin).TotalSeconds);
        return result;
    }

    /// <summary>Writes the record of a reused result, unless it exists.</summary>
    public TransferResult Reuse(TransferSplits splits, TransferResult result)
    {
        EvaluationSubject subject = Subject(splits);
        JsonObject json = TransferTable.Json(result, perClass: false);
        var run = new RunDirectory(request.Run);
        if (request.KeepPredictions || !File.Exists(EvaluationRecords.Create(subject, json, seconds: null).FileIn(run)))
        {
            Write(splits, result, seconds: null);
        }

        return result;
    }

    /// <summary>Writes the predictions of a set.</summary>
    public static void WritePredictions(Stream stream, TransferResult result)
    {
        if (result.Outcome is { } outcome)
        {
            PredictionsFile.Write(stream, outcome);
        }
        else
        {
            result.Scores!.Write(stream);
        }
    }

    private void Write(TransferSplits splits, TransferResult result, double? seconds)
        => _ = EvaluationRecords.Write(
            context, Subject(splits), TransferTable.Json(result, perClass: false), seconds,
            stream => WritePredictions(stream, result), request.KeepPredictions, predictions: null);

    private EvaluationSubject Subject(TransferSplits splits)
    {
        bool linear = request.Protocol == TransferInputs.Linear;
        var sets = new Dictionary<string, ImageDataSet?>
        {
            ["train"] = splits.Train,
            ["validation"] = splits.Validation,
            ["test"] = splits.Test,
        };
        var settings = new JsonObject
        {
            ["set"] = splits.Set.Name,
            ["protocol"] = request.Protocol,
            ["grid"] = linear ? null : request.Grid,
            ["steps"] = linear ? null : steps,
        };
        if (request.FromScratch)
        {
            settings["from_scratch"] = true;
        }

        return new EvaluationSubject("transfer", request.Run, identity, sets, settings).With(seed, reading);
    }
}
