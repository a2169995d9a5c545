// Learns from images without labels, embeds them, searches them, and exports the encoder: dotnet run [IMAGES] [RUN]
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Onnx;
using SimClr.Training;

// A folder, or the images of SimClr.SampleImages; a few of them and a few steps are enough here.
using ImageDataSet all = DataSets.Open(args.ElementAtOrDefault(0) ?? "sample:");
using ImageDataSet images = all.Subset([.. Enumerable.Range(0, Math.Min(all.Count, 640))]);

PretrainOptions options = Presets.Load("demo") with
{
    Schedule = new() { Epochs = 1, WarmupEpochs = 0 },
    Batch = new() { Size = Math.Min(images.Count, 64) },
};
string run = args.ElementAtOrDefault(1) ?? "run";
PretrainResult result = new Pretrainer(options).Run(images, run, resume: true);
Console.WriteLine($"{result.Steps} steps, loss {result.FinalLoss:F2}");

using TrainedEncoder encoder = TrainedEncoder.Load(run);
EmbeddingTable embeddings = Embedder.Embed(encoder, images);
Console.WriteLine($"{embeddings.Count} images, {embeddings.Dimension} numbers each");

foreach (var (query, rows, similarities) in NearestNeighbors.Find(embeddings, embeddings.Subset([0]), k: 4))
{
    foreach (var (row, similarity) in rows.Zip(similarities))
    {
        Console.WriteLine($"{similarity:F3} {embeddings.Paths[row]}");
    }
}

// The export is checked against ONNX Runtime before it is written.
string model = Path.Combine(run, "encoder.onnx");
Console.WriteLine($"{model}: differs by {OnnxExport.WriteRun(run, model).MaxDifference:0.0e0} at most");
