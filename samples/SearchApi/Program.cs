// Finds the images of a folder that are most similar to an uploaded one. The index is a file that is kept: the next
// start embeds only new images.
//   dotnet run -- --encoder RUN --images FOLDER --index photos.index --urls http://localhost:5000
//   curl -F image=@query.jpg "http://localhost:5000/search?top=5"
using SimClr;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Extensions;
using SimClr.Store;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
string run = builder.Configuration["encoder"] ?? throw new ConfigurationException("expected --encoder RUN");
string folder = builder.Configuration["images"] ?? throw new ConfigurationException("expected --images FOLDER");
builder.Services.AddSimClr(run).AddImageIndex(builder.Configuration["index"] ?? "photos.index");
WebApplication app = builder.Build();

// The container creates both at their first use, here before the first request, and disposes them.
var embedder = app.Services.GetRequiredService<ImageEmbedder>();
var index = app.Services.GetRequiredService<ImageCollection>();
using (ImageDataSet images = DataSets.Open(folder))
{
    IndexingResult result = await ImageIndexing.AddAsync(index, embedder.Encoder, images);
    await index.CompleteAsync();
    Console.WriteLine($"{index.Name}: {result.Added} images added, {result.Present} were there");
}

app.MapGet("/", async (ImageCollection index) =>
    $"{await index.CountAsync()} images; POST one as 'image' to /search?top=5");

// No cookie identifies the caller, so there is no forgery to guard against; form uploads require a token by default.
app.MapPost("/search", Search).DisableAntiforgery();
await app.RunAsync();

// Any number of requests at once: as many images are decoded and embedded at a time as there are cores.
static async Task<IResult> Search(
    IFormFile image, ImageCollection index, CancellationToken cancellation, int top = 5)
{
    if (top is < 1 or > 1000)
    {
        return Results.Problem($"top is {top}, expected 1 to 1000", statusCode: StatusCodes.Status400BadRequest);
    }

    try
    {
        using Stream upload = image.OpenReadStream();
        return Results.Ok(await index.SearchAsync(upload, top, cancellationToken: cancellation)
            .Select(found => new { path = found.Record.Path, similarity = found.Score })
            .ToArrayAsync(cancellation));
    }
    catch (UnreadableImageException error)
    {
        // The caller's mistake, not the server's: the message is meant to be shown.
        return Results.Problem(error.Reason, statusCode: StatusCodes.Status400BadRequest);
    }
}
