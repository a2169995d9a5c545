// Finds the images of a folder that are most similar to an uploaded one. The index is a file that is kept: the next
// start embeds only new images.
//   dotnet run -- --encoder RUN --images FOLDER --index photos.index --urls http://localhost:5000
//   curl -F image=@query.jpg "http://localhost:5000/search?top=5"
using SimClr;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Store;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
string run = builder.Configuration["encoder"] ?? throw new ConfigurationException("expected --encoder RUN");
string folder = builder.Configuration["images"] ?? throw new ConfigurationException("expected --images FOLDER");

// Loaded once, before the first request. The encoder is read-only from here on, so requests share it.
using TrainedEncoder encoder = TrainedEncoder.Load(run);
using ImageCollection index = new SqliteImageCollection(
    builder.Configuration["index"] ?? "photos.index", IndexDescription.ForEncoder(encoder, run));
await index.EnsureCollectionExistsAsync();
index.Description.Require(encoder, index.Name, run);
using (ImageDataSet images = DataSets.Open(folder))
{
    IndexingResult result = await ImageIndexing.AddAsync(index, encoder, images);
    await index.CompleteAsync();
    Console.WriteLine($"{index.Name}: {result.Added} images added, {result.Present} were there");
}

using var oneAtATime = new SemaphoreSlim(1);   // The index is not thread-safe.
WebApplication app = builder.Build();
app.MapGet("/", async () => $"{await index.CountAsync()} images; POST one as 'image' to /search?top=5");

// No cookie identifies the caller, so there is no forgery to guard against; form uploads require a token by default.
app.MapPost("/search", Search).DisableAntiforgery();
await app.RunAsync();

async Task<IResult> Search(IFormFile image, CancellationToken cancellation, int top = 5)
{
    if (top is < 1 or > 1000)
    {
        return Results.Problem($"top is {top}, expected 1 to 1000", statusCode: StatusCodes.Status400BadRequest);
    }

    try
    {
        using Stream upload = image.OpenReadStream();
        using var query = new InMemoryDataSet([ImageDecoder.Decode(upload, image.FileName)]);
        ReadOnlyMemory<float> vector = Embedder.Embed(encoder, query)[0].ToArray();
        await oneAtATime.WaitAsync(cancellation);
        try
        {
            return Results.Ok(await index.SearchAsync(vector, top, cancellationToken: cancellation)
                .Select(found => new { path = found.Record.Path, similarity = found.Score })
                .ToArrayAsync(cancellation));
        }
        finally
        {
            oneAtATime.Release();
        }
    }
    catch (UnreadableImageException error)
    {
        // The caller's mistake, not the server's: the message is meant to be shown.
        return Results.Problem(error.Reason, statusCode: StatusCodes.Status400BadRequest);
    }
}
