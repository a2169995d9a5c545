using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Augmentation;
using SimClr.Encoders;
using SimClr.Internals;

namespace SimClr.Checkpoints;

/// <summary>
/// The <c>config.json</c> of a Hugging Face folder. As timm writes it, it names the architecture, and under
/// <c>pretrained_cfg</c> how images are prepared; what is missing has timm's defaults. As transformers writes it, it
/// lists the blocks, and <c>preprocessor_config.json</c> beside it says how images are prepared.
/// </summary>
/// <param name="Architecture">The encoder: one of <see cref="EncoderCatalog.Names"/>.</param>
/// <param name="Size">The side of the input in pixels.</param>
/// <param name="Normalize">The normalization of pixels.</param>
/// <param name="Interpolation">The interpolation for resizing images.</param>
internal sealed record HuggingFaceConfig(
    string Architecture, int Size, Normalization Normalize, Interpolation Interpolation)
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "config.json";

    private const string PreprocessorName = "preprocessor_config.json";
    private const int MaxBytes = 1 << 20;
    private const int MaxSide = 4096;
    private const int Reduction = 32;   // of the side, from the input to the last layer
    private static readonly double[] ImageNetMean = [0.485, 0.456, 0.406];
    private static readonly double[] ImageNetDeviation = [0.229, 0.224, 0.225];

    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>Describes an encoder.</summary>
    /// <exception cref="ConfigurationException">timm has no such encoder.</exception>
    public static HuggingFaceConfig From(TrainedEncoder encoder)
    {
        string? other = encoder.Module is not ResNet resnet ? $"a custom module ({encoder.Module.GetType().Name})"
            : encoder.Options.Width != 1 ? FormattableString.Invariant($"a width of {encoder.Options.Width}")
            : resnet.SmallStem ? "the stem for small images"
            : null;
        return other is null
            ? new HuggingFaceConfig(
                encoder.Options.Name, encoder.Views.Size, encoder.Views.Normalize, encoder.Views.Interpolation)
            : throw new ConfigurationException(
                $"the encoder has {other}, which timm's configuration cannot express; expected a ResNet of width 1 "
                    + "with the stem 'imagenet'. A safetensors or ONNX file holds any encoder");
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="DataException">
    /// The file cannot be read, is neither timm's nor transformers', or describes another encoder or preprocessing than
    /// those supported.
    /// </exception>
    public static HuggingFaceConfig Read(string file)
    {
        try
        {
            JsonObject root = Parse(file);
            if (root["architecture"] is null && (string?)root["model_type"] == "resnet")
            {
                return ReadTransformers(root, file);
            }

            JsonObject input = root["pretrained_cfg"] as JsonObject ?? root;   // Earlier versions had one level.
            string architecture = ((string?)root["architecture"] ?? throw new FormatException(
                "there is no 'architecture', which timm writes")).Split('.')[0];
            return new HuggingFaceConfig(
                EncoderCatalog.Names.Contains(architecture) ? architecture : throw new FormatException(
                    $"the architecture is '{architecture}', expected one of {string.Join(", ", EncoderCatalog.Names)}"),
                SizeOf(input["input_size"]),
                NormalizationOf(input["mean"], input["std"]),
                InterpolationOf((string?)input["interpolation"]));
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException
            or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new DataException(
                $"{file}: it cannot be used as the description of an encoder ({error.Message}); expected a ResNet's "
                    + "config.json as timm or transformers writes it",
                error);
        }
    }

    /// <summary>Returns the text of the file.</summary>
    /// <param name="dimension">The number of dimensions of the representation.</param>
    public string Text(int dimension)
    {
        int shortSide = new EvaluationTransform(
            new ViewOptions { Size = Size, Interpolation = Interpolation }).ShortSide;
        double crop = (double)Size / shortSide;
        crop = Math.Floor(Size / crop) < shortSide ? Math.BitDecrement(crop) : crop;   // timm rounds down
        int pooled = (Size + Reduction - 1) / Reduction;
        return new JsonObject
        {
            ["architecture"] = Architecture,
            ["num_classes"] = 0,
            ["num_features"] = dimension,
            ["global_pool"] = "avg",
            ["pretrained_cfg"] = new JsonObject
            {
                ["tag"] = "simclr",
                ["custom_load"] = false,
                ["input_size"] = new JsonArray(3, Size, Size),
                ["fixed_input_size"] = false,
                ["interpolation"] = Interpolation.Text(),
                ["crop_pct"] = crop,
                ["crop_mode"] = "center",
                ["mean"] = Numbers(Normalize == Normalization.ImageNet ? ImageNetMean : [0, 0, 0]),
                ["std"] = Numbers(Normalize == Normalization.ImageNet ? ImageNetDeviation : [1, 1, 1]),
                ["num_classes"] = 0,
                ["pool_size"] = new JsonArray(pooled, pooled),
                ["first_conv"] = "conv1",
                ["classifier"] = "fc",
            },
        }.ToJsonString(Json.Indented) + "\n";
    }

    private static HuggingFaceConfig ReadTransformers(JsonObject root, string file)
    {
        bool bottleneck = (string?)root["layer_type"] is null or "bottleneck";
        double[] blocks = Values(root["depths"]) ?? throw new FormatException("there are no 'depths'");
        string architecture = EncoderCatalog.Names.FirstOrDefault(name => EncoderCatalog.ShapeOf(name) is var shape
            && shape.Bottleneck == bottleneck
            && blocks.SequenceEqual(shape.Blocks.Select(count => (double)count)))
            ?? throw new FormatException(
                $"depths is {root["depths"]!.ToJsonString(Json.Compact)}, expected those of one of "
                    + string.Join(", ", EncoderCatalog.Names));
        foreach (string key in new[] { "downsample_in_first_stage", "downsample_in_bottleneck" })
        {
            if ((bool?)root[key] == true)
            {
                throw new FormatException($"{key} is true, which is not supported");
            }
        }

        string path = Path.Combine(Path.GetDirectoryName(file) ?? "", PreprocessorName);
        JsonObject input = File.Exists(path) ? Parse(path)
            : throw new FormatException(
                $"there is no {PreprocessorName} beside it, which says how images are prepared");
        JsonNode? size = input["size"];
        double? side = (double?)(size is JsonObject sides ? sides["shortest_edge"] ?? sides["height"] : size);
        return new HuggingFaceConfig(
            architecture,
            IsSide(side) ? (int)side!.Value : throw new FormatException(
                $"the size in {PreprocessorName} is {size?.ToJsonString()}, expected a side in pixels"),
            NormalizationOf(input["image_mean"], input["image_std"]),
            InterpolationOf((int?)input["resample"] switch
            {
                2 => "bilinear",   // as Pillow numbers them
                null or 3 => "bicubic",
                var other => $"number {other}",
            }));
    }

    private static JsonObject Parse(string file)
    {
        using FileStream stream = RegularFile.OpenRead(file);
        return stream.Length > MaxBytes
            ? throw new FormatException($"it has {stream.Length} bytes, expected at most {MaxBytes}")
            : JsonNode.Parse(stream, documentOptions: Lenient) as JsonObject
                ?? throw new FormatException("it is not a JSON object");
    }

    private static int SizeOf(JsonNode? node) => Values(node) switch
    {
        null => 224,
        [3, var height, var width] when height == width && IsSide(height) => (int)height,
        _ => throw new FormatException($"input_size is {node!.ToJsonString()}, expected [3, side, side]"),
    };

    private static bool IsSide(double? side) => side is >= 1 and <= MaxSide && side % 1 == 0;

    private static Normalization NormalizationOf(JsonNode? mean, JsonNode? deviation)
    {
        double[] centers = Values(mean) ?? ImageNetMean;
        double[] scales = Values(deviation) ?? ImageNetDeviation;
        return AreEqual(centers, ImageNetMean) && AreEqual(scales, ImageNetDeviation) ? Normalization.ImageNet
            : AreEqual(centers, [0, 0, 0]) && AreEqual(scales, [1, 1, 1]) ? Normalization.None
            : throw new FormatException(
                $"mean is {mean?.ToJsonString(Json.Compact)} and std {deviation?.ToJsonString(Json.Compact)}, expected "
                    + "those of ImageNet ([0.485, 0.456, 0.406] and [0.229, 0.224, 0.225]) or none ([0, 0, 0] and "
                    + "[1, 1, 1])");
    }

    private static Interpolation InterpolationOf(string? text) => text switch
    {
        null or "bicubic" => Interpolation.Bicubic,
        "bilinear" => Interpolation.Bilinear,
        _ => throw new FormatException($"interpolation is '{text}', expected bicubic or bilinear"),
    };

    private static double[]? Values(JsonNode? node)
        => node is null ? null
            : node is JsonArray list ? [.. list.Select(item => (double?)item ?? double.NaN)]
            : throw new FormatException($"{node.GetPath()} is {node.ToJsonString()}, expected a list of numbers");

    private static bool AreEqual(double[] one, double[] other)
        => one.Length == other.Length && one.Zip(other).All(pair => Math.Abs(pair.First - pair.Second) < 1e-4);

    private static JsonArray Numbers(double[] values) => [.. values.Select(value => JsonValue.Create(value))];
}
