using System.Numerics;
using System.Runtime.InteropServices;

namespace ForensicKit.Inference.Tokenizers;

/// <summary>Texts with a number each, found by what a text begins with.</summary>
internal sealed class TokenTrie
{
    /// <summary>The node that every text begins at.</summary>
    public const int Root = 0;

    // Longer ones would let a text take time that grows with its square.
    private const int MaxLength = 4_096;
    private readonly List<int> _values = [-1];
    private ulong[] _keys = new ulong[1 << 12];
    private int[] _nodes = new int[1 << 12];
    private int _count;

    /// <summary>Adds a text; of two equal ones the later counts.</summary>
    /// <exception cref="TokenizerFormatException">The text is too long.</exception>
    public void Add(ReadOnlySpan<int> text, int value)
    {
        if (text.Length > MaxLength)
            throw new TokenizerFormatException($"a token is longer than {MaxLength} characters");
        var node = Root;
        foreach (var point in text)
        {
            var next = Next(node, point);
            if (next < 0)
            {
                next = _values.Count;
                _values.Add(-1);
                Insert(Key(node, point), next);
            }

            node = next;
        }

        _values[node] = value;
    }

    /// <summary>The node that a code point leads to; −1 where no text goes on so.</summary>
    public int Next(int node, int point)
    {
        var key = Key(node, point);
        for (var slot = Slot(key); _keys[slot] != 0; slot = (slot + 1) & (_keys.Length - 1))
        {
            if (_keys[slot] == key)
                return _nodes[slot];
        }

        return -1;
    }

    /// <summary>The node that a text leads to; −1 where none goes on so.</summary>
    public int Walk(ReadOnlySpan<int> text)
    {
        var node = Root;
        for (var i = 0; i < text.Length && node >= 0; i++)
            node = Next(node, text[i]);
        return node;
    }

    /// <summary>The number of the text that ends at a node; −1 where none does.</summary>
    public int ValueOf(int node) => CollectionsMarshal.AsSpan(_values)[node];

    private void Insert(ulong key, int node)
    {
        if (++_count * 2 > _keys.Length)
        {
            var (keys, nodes) = (_keys, _nodes);
            _keys = new ulong[keys.Length * 2];
            _nodes = new int[keys.Length * 2];
            for (var i = 0; i < keys.Length; i++)
            {
                if (keys[i] != 0)
                    Place(keys[i], nodes[i]);
            }
        }

        Place(key, node);
    }

    private void Place(ulong key, int node)
    {
        var slot = Slot(key);
        while (_keys[slot] != 0)
            slot = (slot + 1) & (_keys.Length - 1);
        (_keys[slot], _nodes[slot]) = (key, node);
    }

    // Never 0: that is a free place.
    private static ulong Key(int node, int point) => ((ulong)(uint)node << 21) | (uint)(point + 1);

    private int Slot(ulong key) => (int)((key * 0x9e3779b97f4a7c15) >> (64 - BitOperations.Log2((uint)_keys.Length)));
}
