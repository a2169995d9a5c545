using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using SimClr.Checkpoints;
using SimClr.Encoders;

namespace SimClr.AcceptanceTests;

/// <summary>The programs under samples, each with a small amount of work.</summary>
public sealed partial class SampleTests : IDisposable
{
    private readonly WorkingFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void First_steps_learns_embeds_finds_and_exports()
    {
        string output = Run("FirstSteps", folder.Images("photos", 24, classes: false), "run");
        Assert.Matches(@"^1 steps, loss \d", output);
        Assert.Contains("24 images, 128 numbers each", output, StringComparison.Ordinal);

        // The image itself, then three others.
        string[] found = [.. Found().Matches(output).Select(match => match.Groups[2].Value)];
        Assert.Equal(4, found.Distinct().Count());
        Assert.EndsWith("00000.png", found[0], StringComparison.Ordinal);
        Assert.Matches(@"encoder\.onnx: differs by \d\.\de-\d at most", output);
        Assert.True(new FileInfo(folder.PathOf("run", "encoder.onnx")).Length > 100_000);
    }

    [Fact]
    public void Train_on_folder_leaves_a_run_that_it_and_the_command_line_can_resume()
    {
        string images = folder.Images("photos", 8, classes: false);
        for (int time = 0; time < 2; time++)
        {
            Assert.Matches(
                @"loss \d+\.\d+ after 1 steps; the encoder is run.encoder\.safetensors",
                Run("TrainOnFolder", images, "run", "1"));
        }

        Assert.Equal(1, Simclr.Run(folder.Path, "pretrain", "--out", "run", "--resume", "--json")
            .Succeeded().Json
            .GetProperty("steps")
            .GetInt32());
    }

    [Fact]
    public void Its_errors_are_sentences_and_its_exit_codes_those_of_the_command_line()
    {
        Simclr.Outcome outcome = Dotnet.Run(folder.Path, Repository.Sample("TrainOnFolder"), "nowhere", "run");
        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains("'nowhere': no such folder or file", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_custom_network_is_trained_and_evaluated()
    {
        folder.Images("train", 100, classes: true);
        folder.Images("test", 100, classes: true, first: 300);
        string output = Run("CustomEncoder", "run", "train", "test");
        Assert.Matches(@"^2 steps, loss \d", output);
        Assert.Matches(@"kNN accuracy \d+\.\d ?% on 100 images", output);
    }

    [Fact]
    public void A_custom_augmentation_is_part_of_the_run()
    {
        Assert.Matches(
            @"^1 steps, loss \d", Run("CustomAugmentation", "run", folder.Images("photos", 24, classes: false)));
        JsonElement run = JsonDocument.Parse(File.ReadAllText(folder.PathOf("run", "run.json"))).RootElement;
        Assert.Equal("CustomAugmentation.RandomErasing", run.GetProperty("own_augmentation").GetString());
    }

    [Fact]
    public async Task The_search_service_finds_an_image_from_itself_and_explains_bad_uploads()
    {
        folder.Images("photos", 24, classes: false);
        Untrained(folder.PathOf("encoder.safetensors"));
        await Serving(async client =>
        {
            Assert.StartsWith(
                "24 images",
                await client.GetStringAsync("/", TestContext.Current.CancellationToken),
                StringComparison.Ordinal);

            byte[] query = await File.ReadAllBytesAsync(
                folder.PathOf("photos", "00007.png"), TestContext.Current.CancellationToken);
            (HttpStatusCode status, JsonElement found) = await Search(client, query, "/search?top=3");
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal(3, found.GetArrayLength());
            Assert.EndsWith("00007.png", found[0].GetProperty("path").GetString(), StringComparison.Ordinal);
            Assert.Equal(1, found[0].GetProperty("similarity").GetDouble(), 4);

            (status, JsonElement problem) = await Search(client, "no image"u8.ToArray(), "/search");
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Contains(
                "not an image of a known format", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.BadRequest, (await Search(client, query, "/search?top=0")).Status);
        });

        // The index is kept: the next start finds a new image, and the earlier ones are still there.
        File.Move(folder.PathOf("photos", "00003.png"), folder.PathOf("photos", "more.png"));
        await Serving(async client => Assert.StartsWith(
            "25 images",
            await client.GetStringAsync("/", TestContext.Current.CancellationToken),
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_search_service_answers_fifty_requests_at_once()
    {
        const int Requests = 50;
        folder.Images("photos", 24, classes: false);
        Untrained(folder.PathOf("encoder.safetensors"));
        byte[][] queries = [.. Directory.GetFiles(folder.PathOf("photos")).Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes)];
        await Serving(async client =>
        {
            (HttpStatusCode Status, JsonElement Found, double Milliseconds)[] answers = await Task.WhenAll(
                Enumerable.Range(0, Requests).Select(async number =>
                {
                    long start = Stopwatch.GetTimestamp();
                    (HttpStatusCode status, JsonElement found) = await Search(
                        client, queries[number % queries.Length], "/search?top=1");
                    return (status, found, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }));
            double[] times = [.. answers.Select(answer => answer.Milliseconds).Order()];
            TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Requests} requests, {answers.Count(answer => answer.Status != HttpStatusCode.OK)} errors, "
                    + $"p50 {times[Requests / 2]:F0} ms, p95 {times[Requests * 95 / 100]:F0} ms"));
            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
            for (int number = 0; number < Requests; number++)
            {
                Assert.EndsWith(
                    $"{number % queries.Length:00000}.png", answers[number].Found[0].GetProperty("path").GetString(),
                    StringComparison.Ordinal);
            }
        });
    }

    [Fact]
    public void Photos_finds_a_photograph_from_itself()
    {
        string photos = folder.Images("photos", 8, classes: false);
        string output = Run("Photos", photos, "run", Path.Combine(photos, "00005.png"), "1");
        Assert.Matches(@"(?m)^1\.000 .*00005\.png\r?$", output);
        Assert.Equal(5, Found().Count(output));
    }

    [Fact]
    public void Each_sample_has_its_line_and_its_command_in_the_readme()
    {
        string readme = File.ReadAllText(Repository.PathOf("samples", "README.md"));
        string[] projects =
        [
            .. Directory.GetFiles(Repository.PathOf("samples"), "*.csproj", SearchOption.AllDirectories)
                .Select(file => Path.GetFileNameWithoutExtension(file)!)
                .Order(StringComparer.Ordinal),
        ];
        Assert.Equal(projects, Row().Matches(readme).Select(match => match.Groups[1].Value));
        Assert.All(projects, name => Assert.Contains(
            $"dotnet run -c Release --project samples/{name} ", readme, StringComparison.Ordinal));
        string solution = File.ReadAllText(Repository.PathOf("SimClr.slnx"));
        Assert.All(
            projects, name => Assert.Contains($"\"samples/{name}/{name}.csproj\"", solution, StringComparison.Ordinal));
    }

    private string Run(string sample, params string[] arguments)
        => Dotnet.Run(folder.Path, [Repository.Sample(sample), .. arguments]).Succeeded().Output;

    private async Task Serving(Func<HttpClient, Task> use)
    {
        using Process server = Dotnet.Start(
            folder.Path, Repository.Sample("SearchApi"), "--encoder", "encoder.safetensors", "--images", "photos",
            "--index", "photos.index", "--urls", "http://127.0.0.1:0");
        try
        {
            using var client = new HttpClient { BaseAddress = await AddressOf(server) };
            await use(client);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private static void Untrained(string file)
    {
        var options = new EncoderOptions { Name = "resnet18", Width = 1.0 / 16 };
        using var encoder = new TrainedEncoder(EncoderCatalog.Create(options, 16), options, new() { Size = 16 });
        encoder.Save(file);
    }

    private static async Task<Uri> AddressOf(Process server)
    {
        while (await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                return new Uri(match.Groups[1].Value);
            }
        }

        throw new InvalidOperationException(
            await server.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> Search(
        HttpClient client, byte[] image, string address)
    {
        using var part = new ByteArrayContent(image);
        part.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var form = new MultipartFormDataContent { { part, "image", "query.png" } };
        using HttpResponseMessage answer = await client.PostAsync(
            new Uri(address, UriKind.Relative), form, TestContext.Current.CancellationToken);
        return (answer.StatusCode, JsonDocument.Parse(
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement);
    }

    [GeneratedRegex(@"^(-?\d\.\d{3}) (.+\.png)\r?$", RegexOptions.Multiline)]
    private static partial Regex Found();

    [GeneratedRegex(@"^\| `?\[?(\w+)\]", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}
