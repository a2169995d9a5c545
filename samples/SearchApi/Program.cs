// Finds the images of a folder that are most like an uploaded one.
//   dotnet run -- --encoder RUN --images FOLDER --urls http://localhost:5000
//   curl -F image=@query.jpg "http://localhost:5000/search?top=5"
using SimClr;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Evaluation;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
string run = builder.Configuration["encoder"] ?? throw new ConfigurationException("expected --encoder RUN");
string folder = builder.Configuration["images"] ?? throw new ConfigurationException("expected --images FOLDER");

// Once, before the first request. The encoder only reads its weights from here on, so requests share it.
using TrainedEncoder encoder = TrainedEncoder.Load(run);
using ImageDataSet images = DataSets.Open(folder);
EmbeddingTable bank = Embedder.Embed(encoder, images);

WebApplication app = builder.Build();
app.MapGet("/", () => $"{bank.Count} images; POST one as 'image' to /search?top=5");

// No cookie says who calls, so there is no forgery to guard against; form uploads ask for it otherwise.
app.MapPost("/search", Search).DisableAntiforgery();
app.Run();

IResult Search(IFormFile image, int top = 5)
{
    if (top < 1)
    {
        return Results.Problem($"top is {top}, expected at least 1", statusCode: StatusCodes.Status400BadRequest);
    }

    try
    {
        using Stream upload = image.OpenReadStream();
        using var query = new InMemoryDataSet([ImageDecoder.Decode(upload, image.FileName)]);
        var (_, rows, similarities) = NearestNeighbors
            .Find(bank, Embedder.Embed(encoder, query), Math.Min(top, bank.Count))
            .Single();
        return Results.Ok(rows.Zip(similarities, (row, similarity) => new { path = bank.Paths[row], similarity }));
    }
    catch (UnreadableImageException error)
    {
        // The caller's mistake, not ours: the reason is written to be shown.
        return Results.Problem(error.Reason, statusCode: StatusCodes.Status400BadRequest);
    }
}
