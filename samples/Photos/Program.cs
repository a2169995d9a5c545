// Learns from a folder of photographs and finds those most similar to another one:
//   dotnet run -- FOLDER RUN QUERY [EPOCHS]
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Search;
using SimClr.Training;

var progress = new Progress<PretrainProgress>(at => Console.WriteLine($"epoch {at.Epoch}: loss {at.Health.Loss:F3}"));
using ImageDataSet photos = ImageDataSet.FromFolder(args[0]);

// A batch cannot have more images than there are.
PretrainOptions options = Presets.Photos.WithEpochs(int.Parse(args.ElementAtOrDefault(3) ?? "50"));
options = options with { Batch = options.Batch with { Size = Math.Min(options.Batch.Size, photos.Count) } };
var pretrainer = new Pretrainer(options) { Progress = progress };
using TrainedEncoder encoder = (await pretrainer.RunAsync(photos, args[1], resume: true)).LoadEncoder();

using var embedder = new ImageEmbedder(encoder);    // prepared once; any thread may use it
float[] query = embedder.Embed(args[2]);            // or a Stream, bytes, an RgbImage
EmbeddingTable table = await embedder.EmbedAsync(photos).ToTableAsync();
using VectorIndex index = VectorIndex.FromTable(table);
foreach (ImageMatch match in index.FindImages(query, top: 5))
{
    Console.WriteLine($"{match.Similarity:F3} {match.Path}");
}
