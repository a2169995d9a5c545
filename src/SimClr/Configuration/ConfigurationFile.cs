using System.Buffers;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Internals;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace SimClr.Configuration;

/// <summary>A reader of YAML (and JSON, which is a subset of YAML) into a JSON object.</summary>
public static class ConfigurationFile
{
    /// <summary>The maximum nesting; anything deeper than sections and keys is a mistake.</summary>
    private const int MaxDepth = 8;

    /// <summary>
    /// The maximum number of values, many times the number of keys; the values behind an alias count each time.
    /// </summary>
    private const int MaxNodes = 10_000;

    private const int MaxBytes = 1 << 20;

    private static readonly SearchValues<char> Forbidden =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Append(0x7f).Select(code => (char)code).Except("\t\n\r")]);

    /// <summary>Reads a file; from the <c>run.json</c> of a run, the configuration.</summary>
    /// <exception cref="ConfigurationException">
    /// The file is unreadable, or is not YAML or JSON with keys and values.
    /// </exception>
    internal static JsonObject Read(string path)
    {
        string text;
        try
        {
            text = ReadText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ConfigurationException($"cannot read the configuration file '{path}': {error.Message}", error);
        }

        // The record of a run holds its configuration alongside other facts about the run.
        JsonObject json = Parse(text, path);
        return json.ContainsKey("versions")
            && json["configuration"] is JsonObject configuration
            && json.Remove("configuration")
            ? configuration
            : json;
    }

    /// <summary>Parses text of keys and values; empty text yields an empty object.</summary>
    /// <param name="text">YAML or JSON, at most 8 levels deep and 10,000 values.</param>
    /// <param name="source">The source of the text, for messages.</param>
    /// <exception cref="ConfigurationException">The text is not YAML or JSON with keys and values.</exception>
    public static JsonObject Parse(string text, string source)
        => Node(text, source) switch
        {
            JsonObject json => json,
            null => [],
            JsonNode other => throw new ConfigurationException(
                $"{source}: got {other.ToJsonString()}, expected keys and values such as 'schedule: {{epochs: 10}}'"),
        };

    /// <summary>Parses a single value, as written after a colon: a number, a Boolean, null or a string.</summary>
    internal static JsonValue? Value(string text) => Scalar(text.Trim(), isQuoted: false);

    // Not by the length of the file: pipes and devices have none.
    private static string ReadText(string path)
    {
        using StreamReader file = RegularFile.OpenText(path);
        byte[] bytes = new byte[MaxBytes + 1];
        int length = file.BaseStream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        using var text = new StreamReader(new MemoryStream(bytes, 0, length));
        return length <= MaxBytes
            ? text.ReadToEnd()
            : throw new ConfigurationException(
                $"{path}: got more than {MaxBytes} bytes, expected a configuration: keys and values in YAML or JSON");
    }

    private static JsonNode? Node(string text, string source)
    {
        RequireText(text, source);
        var parser = new Parser(new StringReader(text));
        try
        {
            parser.Consume<StreamStart>();
            if (parser.TryConsume<StreamEnd>(out _))
            {
                return null;
            }

            parser.Consume<DocumentStart>();
            JsonNode? root = new ConfigurationNodes(parser, source, MaxDepth, MaxNodes).Read();
            parser.Consume<DocumentEnd>();
            return parser.TryConsume<StreamEnd>(out _)
                ? root
                : throw Bad(source, parser.Current!.Start.Line, "a second document begins, expected only one", null);
        }
        catch (YamlException error)
        {
            throw Bad(source, error.Start.Line, error.Message.TrimEnd('.'), error);
        }
        catch (Exception error) when (error is not (SimClrException or OutOfMemoryException))
        {
            throw Bad(source, parser.Current?.End.Line ?? 1, $"this is not YAML ({error.Message})", error);
        }
    }

    /// <summary>Rejects characters that YAML does not allow; the parser would fail on them, or silently stop.</summary>
    private static void RequireText(string text, string source)
    {
        int wrong = text.AsSpan().IndexOfAny(Forbidden);
        if (wrong >= 0)
        {
            throw Bad(
                source,
                1 + text.AsSpan(0, wrong).Count('\n'),
                $"got the character U+{(int)text[wrong]:X4}, which YAML does not allow; is the file damaged?",
                null);
        }
    }

    /// <summary>
    /// Converts a scalar. Quoted scalars are strings; plain ones follow the core schema of YAML 1.2 (<c>no</c> is a
    /// string, 1e-6 a number).
    /// </summary>
    internal static JsonValue? Scalar(string text, bool isQuoted)
    {
        if (isQuoted)
        {
            return JsonValue.Create(text);
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
        {
            return JsonValue.Create(whole);
        }

        const NumberStyles Plain =
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (double.TryParse(text, Plain, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
        {
            return JsonValue.Create(number);
        }

        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            _ => JsonValue.Create(text),
        };
    }

    internal static ConfigurationException Bad(string source, long line, string what, Exception? inner)
        => new($"{source}, line {line.ToString(CultureInfo.InvariantCulture)}: {what}", inner);
}
