using System.Globalization;

namespace ForensicKit.Corpora;

/// <summary>
/// The structs of Parquet's metadata and the types of their fields. A library that reads a field as what it should be, while it is written
/// as something else, loses its place and may then read for ever; so each field's type is checked.
/// </summary>
/// <remarks>Source: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift. Fields that are not here are passed over by their own type.</remarks>
internal static class ParquetLayout
{
    private const string Empty = "Empty";

    // A field is "number:type"; in brackets a list; a name a struct.
    private static readonly Dictionary<string, Dictionary<int, string>> s_structs = new(StringComparer.Ordinal)
    {
        [Empty] = [],
        ["FileMetaData"] = Fields("1:i32 2:[SchemaElement] 3:i64 4:[RowGroup] 5:[KeyValue] 6:bytes 7:[ColumnOrder] 8:encrypted 9:encrypted"),
        ["SchemaElement"] = Fields("1:i32 2:i32 3:i32 4:bytes 5:i32 6:i32 7:i32 8:i32 9:i32 10:LogicalType"),
        ["LogicalType"] = Fields("1:Empty 2:Empty 3:Empty 4:Empty 5:Decimal 6:Empty 7:Time 8:Time 10:Int 11:Empty 12:Empty 13:Empty 14:Empty 15:Empty 16:Variant 17:Geography 18:Geography"),
        ["Decimal"] = Fields("1:i32 2:i32"),
        ["Time"] = Fields("1:bool 2:TimeUnit"),
        ["TimeUnit"] = Fields("1:Empty 2:Empty 3:Empty"),
        ["Int"] = Fields("1:i8 2:bool"),
        ["Variant"] = Fields("1:i8"),
        ["Geography"] = Fields("1:bytes 2:i32"),
        ["ColumnOrder"] = Fields("1:Empty"),
        ["KeyValue"] = Fields("1:bytes 2:bytes"),
        ["RowGroup"] = Fields("1:[ColumnChunk] 2:i64 3:i64 4:[SortingColumn] 5:i64 6:i64 7:i16"),
        ["SortingColumn"] = Fields("1:i32 2:bool 3:bool"),
        ["ColumnChunk"] = Fields("1:bytes 2:i64 3:ColumnMetaData 4:i64 5:i32 6:i64 7:i32 8:encrypted 9:encrypted"),
        ["ColumnMetaData"] = Fields("1:i32 2:[i32] 3:[bytes] 4:i32 5:i64 6:i64 7:i64 8:[KeyValue] 9:i64 10:i64 11:i64 12:Statistics 13:[PageEncodingStats] 14:i64 15:i32 16:SizeStatistics 17:GeospatialStatistics"),
        ["Statistics"] = Fields("1:bytes 2:bytes 3:i64 4:i64 5:bytes 6:bytes 7:bool 8:bool"),
        ["PageEncodingStats"] = Fields("1:i32 2:i32 3:i32"),
        ["SizeStatistics"] = Fields("1:i64 2:[i64] 3:[i64]"),
        ["GeospatialStatistics"] = Fields("1:BoundingBox 2:[i32]"),
        ["BoundingBox"] = Fields("1:double 2:double 3:double 4:double 5:double 6:double 7:double 8:double"),
        ["PageHeader"] = Fields("1:i32 2:i32 3:i32 4:i32 5:DataPageHeader 6:Empty 7:DictionaryPageHeader 8:DataPageHeaderV2"),
        ["DataPageHeader"] = Fields("1:i32 2:i32 3:i32 4:i32 5:Statistics"),
        ["DictionaryPageHeader"] = Fields("1:i32 2:i32 3:bool"),
        ["DataPageHeaderV2"] = Fields("1:i32 2:i32 3:i32 4:i32 5:i32 6:i32 7:bool 8:Statistics"),
    };

    /// <summary>Walks a struct and refuses fields of other types than they should have.</summary>
    /// <param name="bytes">The struct and whatever is behind it.</param>
    /// <param name="name">Its name.</param>
    /// <returns>The struct's bytes.</returns>
    /// <exception cref="InvalidDataException">What is wrong with it.</exception>
    public static int Check(ReadOnlySpan<byte> bytes, string name)
    {
        var walk = new ThriftCompact(bytes);
        Check(ref walk, name);
        return walk.Position;
    }

    // No struct of the table holds itself, so the depth is bounded.
    private static void Check(ref ThriftCompact walk, string name)
    {
        var fields = s_structs[name];
        for (var id = 0; walk.Field(ref id, out var type);)
        {
            if (!fields.TryGetValue(id, out var wanted))
                walk.Skip(type);
            else if (wanted[0] == '[')
                CheckList(ref walk, type, wanted[1..^1]);
            else
                CheckValue(ref walk, type, wanted);
        }
    }

    private static void CheckList(ref ThriftCompact walk, int type, string element)
    {
        Require(type == ThriftCompact.List);
        var (count, elementType) = walk.ListHead();
        for (var i = 0; i < count; i++)
            CheckValue(ref walk, elementType, element);
    }

    private static void CheckValue(ref ThriftCompact walk, int type, string wanted)
    {
        if (wanted == "encrypted")
            throw new InvalidDataException("The file is encrypted.");
        Require(type == TypeOf(wanted) || (wanted == "bool" && type == 2));
        if (type == ThriftCompact.Struct)
            Check(ref walk, wanted);
        else
            walk.Skip(type);
    }

    private static int TypeOf(string name) => name switch
    {
        "bool" => 1,
        "i8" => 3,
        "i16" => 4,
        "i32" => 5,
        "i64" => 6,
        "double" => 7,
        "bytes" => 8,
        _ => ThriftCompact.Struct,
    };

    private static void Require(bool condition)
    {
        if (!condition)
            throw new InvalidDataException("Metadata have a field of another type than it should have.");
    }

    private static Dictionary<int, string> Fields(string list) =>
        list.Split(' ').Select(f => f.Split(':')).ToDictionary(f => int.Parse(f[0], CultureInfo.InvariantCulture), f => f[1]);
}
