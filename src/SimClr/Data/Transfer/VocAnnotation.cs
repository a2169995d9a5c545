using System.Xml;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Reads the objects of a VOC annotation: <c>annotation/object</c> with <c>name</c> and <c>difficult</c>. Documents
/// with a DTD are rejected, and nothing outside the file is resolved.
/// </summary>
internal static class VocAnnotation
{
    private const long MaxFileBytes = 1 << 20;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreWhitespace = true,
        MaxCharactersInDocument = MaxFileBytes,
    };

    /// <summary>Reads an annotation.</summary>
    /// <exception cref="DataException">The file cannot be read or is not an annotation.</exception>
    public static List<(string Name, bool Difficult)> Read(string file)
    {
        try
        {
            using FileStream stream = RegularFile.OpenRead(file);
            using var xml = XmlReader.Create(stream, Settings);
            return xml.MoveToContent() == XmlNodeType.Element && xml.Name == "annotation"
                ? ReadObjects(xml, file)
                : throw new DataException($"{file}: got the element '{xml.Name}', expected 'annotation'");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or XmlException)
        {
            throw new DataException($"{file} cannot be read as an annotation: {error.Message}", error);
        }
    }

    private static List<(string Name, bool Difficult)> ReadObjects(XmlReader xml, string file)
    {
        List<(string, bool)> objects = [];
        while (xml.Read())
        {
            if (xml is { NodeType: XmlNodeType.Element, Name: "object", Depth: 1 })
            {
                objects.Add(ReadObject(xml, file));
            }
        }

        return objects;
    }

    /// <summary>Reads only the direct children of the object: its parts (head, hand, foot) have names too.</summary>
    private static (string Name, bool Difficult) ReadObject(XmlReader xml, string file)
    {
        (string? name, string? difficult, string element) = (null, null, "");
        using XmlReader inner = xml.ReadSubtree();
        inner.MoveToContent();
        while (inner.Read())
        {
            if (inner is { NodeType: XmlNodeType.Element, Depth: 1 })
            {
                element = inner.Name;
            }
            else if (inner is { NodeType: XmlNodeType.Text, Depth: 2 })
            {
                name = element == "name" ? inner.Value.Trim() : name;
                difficult = element == "difficult" ? inner.Value.Trim() : difficult;
            }
        }

        return name is null ? throw new DataException($"{file}: an object has no name")
            : difficult is null or "0" or "1" ? (name, difficult == "1")
            : throw new DataException($"{file}: got difficult '{difficult}', expected 0 or 1");
    }
}
