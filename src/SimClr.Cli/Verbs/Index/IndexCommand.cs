using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Cli.Outputs;
using SimClr.Cli.Progress;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Store;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr index create|add|remove|info</c>.</summary>
internal static class IndexCommand
{
    private const int MaxShown = 10;

    public static Command Create() => new Verb(
        "index",
        "Store the representations of images in a searchable index.",
        "simclr index create ./photos --run runs/photos --out photos.index",
        "simclr search photos.index query.jpg --top 10")
    {
        CreateVerb(),
        AddVerb(),
        RemoveVerb(),
        InfoVerb(),
    };

    private static Verb CreateVerb()
    {
        var arguments = new IndexArguments();
        var file = new OutputOption(
            "--out", OutputKinds.Index, "Index file to create; with --store, the name in the database")
        {
            HelpName = "INDEX",
            NoFileWith = arguments.Store,
            Required = true,
        };
        var verb = new Verb(
            "create",
            "Create an index of images, or of existing embeddings.",
            "simclr index create ./photos --run runs/photos --out photos.index",
            "simclr index create photos.npy --run runs/photos --out photos.index",
            "simclr index create ./photos --run runs/photos --out photos --store Host=localhost;Database=photos")
        {
            arguments.Source, file, arguments.Run, arguments.Store, arguments.Set,
        };
        verb.Details =
        [
            "Images are added in batches, each committed when complete: after an interruption, 'simclr index add'",
            "with the same images continues. The index stores which encoder it was built with, so that 'simclr",
            "search' can embed a query.",
        ];
        return verb.Handle(context => CreateIndex(context, arguments, context.Value(file)!));
    }

    private static Verb AddVerb()
    {
        var arguments = new IndexArguments();
        var verb = new Verb(
            "add",
            "Add images that are not yet in an index.",
            "simclr index add photos.index ./more-photos",
            "simclr index add photos.index more.npy")
        {
            arguments.Index, arguments.Source, arguments.Run, arguments.Store, arguments.Set,
        };
        verb.Details = ["Images that are already in the index are not changed; remove them first to embed them again."];
        return verb.Handle(context =>
        {
            using ImageCollection index = IndexInputs.Open(
                context, context.Value(arguments.Index), context.Value(arguments.Store));
            // Reports a missing index before the search for images.
            _ = index.Description;
            string source = context.Value(arguments.Source);
            if (IsEmbeddings(source))
            {
                Fill(context, index, EmbeddingsInputs.Read(source, context.WriteNote));
                return;
            }

            (TrainedEncoder encoder, string run) = IndexInputs.Encoder(context, index, context.Value(arguments.Run));
            using (encoder)
            {
                Fill(context, index, encoder, source, EncoderInput.ReadingOf(run, context.Value(arguments.Set)));
            }
        });
    }

    private static Verb RemoveVerb()
    {
        var arguments = new IndexArguments();
        var paths = new Argument<string[]>("PATH")
        {
            Description = "Images to remove, as the paths shown by 'simclr search'",
            Arity = ArgumentArity.OneOrMore,
        };
        var verb = new Verb(
            "remove",
            "Remove images from an index, without touching the image files.",
            "simclr index remove photos.index ./photos/blurred.jpg")
        {
            arguments.Index, paths, arguments.Store,
        };
        return verb.Handle(context =>
        {
            using ImageCollection index = IndexInputs.Open(
                context, context.Value(arguments.Index), context.Value(arguments.Store));
            _ = index.Description;
            Remove(context, index, context.Value(paths));
        });
    }

    private static Verb InfoVerb()
    {
        var arguments = new IndexArguments();
        var verb = new Verb("info", "Describe an index.", "simclr index info photos.index")
        {
            arguments.Index, arguments.Store,
        };
        return verb.Handle(context =>
        {
            using ImageCollection index = IndexInputs.Open(
                context, context.Value(arguments.Index), context.Value(arguments.Store));
            _ = index.Description;
            JsonObject json = Describe(index);
            context.Result(json, Lines(json));
        });
    }

    private static void CreateIndex(CommandContext context, IndexArguments arguments, string name)
    {
        string source = context.Value(arguments.Source);
        string? run = context.Value(arguments.Run);
        string? store = context.Value(arguments.Store);
        if (IsEmbeddings(source))
        {
            EmbeddingTable table = EmbeddingsInputs.Read(source, context.WriteNote);
            using TrainedEncoder? maker = run is null ? null : EncoderInput.Open(context, run);
            var given = maker is null
                ? new IndexDescription(table.Dimension)
                : IndexDescription.ForEncoder(maker, run!);
            if (given.Dimension != table.Dimension)
            {
                throw new DataException(
                    $"{source}: its rows have {table.Dimension} numbers, the encoder of {run} produces "
                        + $"{given.Dimension}; specify the encoder that computed them");
            }

            using ImageCollection index = CreateCollection(context, name, store, given);
            DeleteIfEmpty(index, () => Fill(context, index, table));
            return;
        }

        if (run is null)
        {
            throw new ConfigurationException(
                "--run is missing: it names the encoder to embed images with, a run directory or a safetensors file; "
                    + "or start from an embeddings file");
        }

        using TrainedEncoder encoder = EncoderInput.Open(context, run);
        DataOptions reading = EncoderInput.ReadingOf(run, context.Value(arguments.Set));
        // An input that cannot be opened leaves no empty index behind.
        context.OpenImages(source, reading).Dispose();
        using ImageCollection created = CreateCollection(
            context, name, store, IndexDescription.ForEncoder(encoder, run));
        DeleteIfEmpty(created, () => Fill(context, created, encoder, source, reading));
    }

    /// <summary>Deletes an index that stayed empty after an error; it would block the next attempt.</summary>
    private static void DeleteIfEmpty(ImageCollection created, Action fill)
    {
        try
        {
            fill();
        }
        catch (DataException) when (created.CountAsync().GetAwaiter().GetResult() == 0)
        {
            created.EnsureCollectionDeletedAsync().GetAwaiter().GetResult();
            throw;
        }
    }

    private static ImageCollection CreateCollection(
        CommandContext context, string name, string? store, IndexDescription description)
    {
        ImageCollection index = IndexInputs.Open(context, name, store, description);
        if (index.CollectionExistsAsync().GetAwaiter().GetResult())
        {
            index.Dispose();
            throw new ConfigurationException(
                $"--out: {name} already exists; add to it with 'simclr index add {name} …', "
                    + "remove it, or choose another");
        }

        index.EnsureCollectionExistsAsync().GetAwaiter().GetResult();
        return index;
    }

    private static void Fill(
        CommandContext context, ImageCollection index, TrainedEncoder encoder, string source, DataOptions reading)
    {
        using ImageDataSet images = context.OpenImages(source, reading);
        var skipped = new SkippedImages(images, reading);
        IndexingResult result = Display.Show(context, display =>
        {
            IProgress<int> progress = display.Images($"embedding {images.Name}", images.Count);
            try
            {
                return ImageIndexing.AddAsync(index, encoder, images, reading, skipped, progress, context.Cancel)
                    .GetAwaiter()
                    .GetResult();
            }
            catch (OperationCanceledException stop)
            {
                throw new StoppedException(
                    $"the images added so far are in {index.Name}; continue with 'simclr "
                        + "index add' and the same images",
                    stop);
            }
        });
        foreach (string line in skipped.Lines().Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(MaxShown))
        {
            context.WriteNote($"skipped {line}");
        }

        if (skipped.Any)
        {
            var list = new OutputFile("--out", $"{index.Name}.skipped.jsonl", "skipped.jsonl");
            list.Write(Encoding.UTF8.GetBytes(skipped.Lines()));
            context.WriteNote($"{skipped.Count} image(s) could not be read; what was skipped is listed in {list.Path}");
        }

        Finish(context, index, result);
    }

    private static void Fill(CommandContext context, ImageCollection index, EmbeddingTable table)
    {
        if (table.Dimension != index.Description.Dimension)
        {
            throw new DataException(
                $"{index.Name}: its vectors have {index.Description.Dimension} numbers, the rows to be added "
                    + $"{table.Dimension}; they may come from another encoder");
        }

        IndexingResult result = Display.Show(context, display => ImageIndexing
            .AddAsync(index, table, display.Images("adding", table.Count), context.Cancel).GetAwaiter().GetResult());
        Finish(context, index, result);
    }

    private static void Finish(CommandContext context, ImageCollection index, IndexingResult result)
    {
        Complete(context, index);
        JsonObject json = Describe(index);
        json["added"] = result.Added;
        json["present"] = result.Present;
        json["skipped_images"] = result.Skipped;
        string words = string.Create(CultureInfo.InvariantCulture, $"added {Plural.Format(result.Added, "image")}");
        words += result.Present > 0
            ? string.Create(CultureInfo.InvariantCulture, $"; {result.Present:N0} were already in it")
            : "";
        words += result.Skipped > 0
            ? string.Create(CultureInfo.InvariantCulture, $"; {result.Skipped:N0} could not be read")
            : "";
        context.Result(json, [words, .. Lines(json)]);
    }

    private static void Remove(CommandContext context, ImageCollection index, string[] paths)
    {
        string[] keys = [.. paths.Distinct()];
        IReadOnlySet<string> known =
            index.GetExistingPathsAsync([.. keys, .. keys.Select(Path.GetFullPath)]).GetAwaiter().GetResult();
        string[] missing = [.. keys.Where(key => !known.Contains(key) && !known.Contains(Path.GetFullPath(key)))];
        if (missing.Length > 0)
        {
            throw new DataException(
                $"{index.Name}: {missing.Length} of {keys.Length} image(s) are not in the index "
                    + $"({string.Join(", ", missing.Take(3))}{(missing.Length > 3 ? ", …" : "")}); "
                    + "nothing was removed. Give paths as shown by 'simclr search'");
        }

        index.DeleteAsync(known).GetAwaiter().GetResult();
        Complete(context, index);
        JsonObject json = Describe(index);
        json["removed"] = known.Count;
        context.Result(json, [$"removed {Plural.Format(known.Count, "image")}", .. Lines(json)]);
    }

    private static void Complete(CommandContext context, ImageCollection index) => Display.Show(context, display =>
    {
        IProgress<int> progress = display.Images(
            "building the graph", (int)index.CountAsync().GetAwaiter().GetResult());
        index.CompleteAsync(progress, context.Cancel).GetAwaiter().GetResult();
        return true;
    });

    private static JsonObject Describe(ImageCollection index) => new()
    {
        ["index"] = index.Name,
        ["images"] = index.CountAsync().GetAwaiter().GetResult(),
        ["dimension"] = index.Description.Dimension,
        ["metric"] = IndexDescription.Metric,
        ["encoder"] = index.Description.Encoder,
        ["run"] = index.Description.Run,
        ["search"] = index.IsExact ? "exact" : "graph",
        ["graph_recall"] = (index as SqliteImageCollection)?.GraphRecall,
        ["bytes"] = index is SqliteImageCollection ? Internals.FileSize.Get(index.Name) : null,
    };

    private static string[] Lines(JsonObject json)
    {
        string size = json["bytes"] is { } bytes ? $", {Internals.ByteSize.Format((long)bytes)}" : "";
        string recall = json["graph_recall"] is { } share
            ? string.Create(CultureInfo.InvariantCulture, $" (finds {100 * (double)share:F1}% of the ten nearest)")
            : "";
        return
        [
            $"{json["index"]}: {Plural.Format((long)json["images"]!, "image")}, {json["dimension"]} numbers each{size}",
            $"encoder {json["encoder"]?.ToString() ?? "not known"} ({json["run"]?.ToString() ?? "no run"}), "
                + $"search {json["search"]}{recall}",
        ];
    }

    /// <summary>
    /// Whether a source is an embeddings file. A .csv file is one if it has a column for the first value; otherwise it
    /// is a manifest.
    /// </summary>
    internal static bool IsEmbeddings(string source)
        => Path.GetExtension(source).ToLowerInvariant() switch
        {
            ".npy" or ".parquet" or ".safetensors" => true,
            ".csv" => File.Exists(source) && HeaderOf(source).Any(name => name.Trim() == "e0"),
            _ => false,
        };

    private static string[] HeaderOf(string file)
    {
        try
        {
            using StreamReader text = Internals.RegularFile.OpenText(file);
            return CsvReader.Read(text).FirstOrDefault().Fields ?? [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            return [];   // the error is reported when the file is read
        }
    }
}
