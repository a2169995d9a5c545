// Learns an image encoder from a folder of photographs, without labels: dotnet run -- FOLDER RUN [EPOCHS]
// Ctrl+C writes a checkpoint; the same command resumes from it.
using SimClr;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Training;

if (args is not [var folder, var run, ..])
{
    Console.Error.WriteLine("usage: TrainOnFolder FOLDER RUN [EPOCHS]");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;    // do not exit yet: the current step is finished first
    stop.Cancel();
};

try
{
    // Searched recursively. Unreadable files are skipped and listed in RUN/skipped.jsonl.
    using ImageDataSet images = DataSets.Open(folder);

    // A preset holds the paper's settings; 'simclr preset show photos' prints it. Contrastive learning benefits from
    // large batches, but a batch cannot have more images than there are.
    PretrainOptions preset = Presets.Load("photos");
    int epochs = args.Length > 2 ? int.Parse(args[2]) : preset.Schedule.Epochs;
    PretrainOptions options = preset with
    {
        Batch = preset.Batch with { Size = Math.Min(preset.Batch.Size, images.Count) },
        Schedule = new() { Epochs = epochs, WarmupEpochs = epochs * 0.1 },
    };

    var pretrainer = new Pretrainer(options)
    {
        Progress = new Progress<PretrainProgress>(at => Console.WriteLine(
            $"epoch {at.Epoch} of {at.Epochs}: {at.Health.Describe()}, {at.ImagesPerSecond:F0} images/s, "
                + $"{at.TimeLeft:h\\:mm\\:ss} left")),
    };
    PretrainResult result = pretrainer.Run(images, run, resume: true, stop.Token);
    Console.WriteLine($"loss {result.FinalLoss:F3} after {result.Steps} steps; the encoder is {result.EncoderFile}");
    return 0;
}
catch (OperationCanceledException stopped)
{
    Console.Error.WriteLine(stopped.Message);
    return 130;
}
catch (SimClrException error)
{
    // Messages state the problem, the expectation, and the remedy: show them unchanged.
    Console.Error.WriteLine(error.Message);
    return error.ExitCode;
}
