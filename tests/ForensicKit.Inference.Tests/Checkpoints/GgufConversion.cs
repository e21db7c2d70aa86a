using System.Text.Json;
using ForensicKit.Inference.Checkpoints;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Tests.Checkpoints;

/// <summary>Converts a Hugging Face folder to GGUF in float32, as llama.cpp's conversion scripts do (conversion/*.py): metadata, names, and what they do to weights.</summary>
internal static class GgufConversion
{
    private static readonly (string Original, string Converted)[] s_names =
    [
        ("gpt_neox.embed_in", "token_embd"), ("gpt_neox.final_layer_norm", "output_norm"), ("embed_out", "output"),
        ("gpt_neox.layers.", "blk."), ("attention.query_key_value", "attn_qkv"), ("attention.dense", "attn_output"), ("mlp.dense_h_to_4h", "ffn_up"), ("mlp.dense_4h_to_h", "ffn_down"),
        ("model.embed_tokens", "token_embd"), ("model.norm", "output_norm"), ("lm_head", "output"), ("model.layers.", "blk."),
        ("input_layernorm", "attn_norm"), ("pre_feedforward_layernorm", "ffn_norm"), ("post_feedforward_layernorm", "post_ffw_norm"),
        ("self_attn.q_proj", "attn_q"), ("self_attn.k_proj", "attn_k"), ("self_attn.v_proj", "attn_v"), ("self_attn.o_proj", "attn_output"),
        ("self_attn.q_norm", "attn_q_norm"), ("self_attn.k_norm", "attn_k_norm"), ("self_attn.qkv_proj", "attn_qkv"), ("mlp.gate_up_proj", "ffn_up"),
        ("mlp.gate_proj", "ffn_gate"), ("mlp.up_proj", "ffn_up"), ("mlp.down_proj", "ffn_down"), ("block_sparse_moe.gate.", "ffn_gate_inp."), ("mlp.gate.", "ffn_gate_inp."),
    ];

    private static readonly (string Original, string Converted)[] s_gpt2Names =
    [
        ("transformer.", ""), ("wte", "token_embd"), ("wpe", "position_embd"), ("ln_f", "output_norm"), ("attn.c_attn", "attn_qkv"), ("attn.c_proj", "attn_output"),
        ("mlp.c_fc", "ffn_up"), ("mlp.c_proj", "ffn_down"), ("ln_1", "attn_norm"), ("ln_2", "ffn_norm"), ("h.", "blk."),
    ];

    /// <summary>The file's bytes, and the weights of the folder by their names there.</summary>
    public static (byte[] Gguf, Dictionary<string, Tensor> Weights) Convert(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "config.json")));
        var config = document.RootElement.Clone();
        var type = config.GetProperty("model_type").GetString()!;
        var weights = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var path in Directory.GetFiles(folder, "model*.safetensors"))
        {
            using var file = SafetensorsFile.Open(path);
            foreach (var name in file.Entries.Keys.Where(name => !name.EndsWith("inv_freq", StringComparison.Ordinal) && !name.EndsWith(".attn.bias", StringComparison.Ordinal)
                && !name.EndsWith("attention.bias", StringComparison.Ordinal) && !name.EndsWith("masked_bias", StringComparison.Ordinal)))
                weights.Add(name, file.Read(name));
        }

        var image = new GgufImage();
        Metadata(image, config, type);
        if (type == "phi3" && config.GetProperty("rope_scaling") is { ValueKind: JsonValueKind.Object } scaling)
        {
            foreach (var (kind, key) in ((string, string)[])[("long", "long_factor"), ("short", "short_factor")])
            {
                float[] factors = [.. scaling.GetProperty(key).EnumerateArray().Select(f => f.GetSingle())];
                image.Tensor($"rope_factors_{kind}.weight", [factors.Length], factors);
            }
        }

        if (Scaling(config) is { } llama3 && llama3.TryGetProperty("low_freq_factor", out _))
            Llama3(image, config, llama3);
        AddWeights(image, config, type, weights);
        return (image.ToArray(), weights);
    }

    private static void AddWeights(GgufImage image, JsonElement config, string type, Dictionary<string, Tensor> weights)
    {
        var heads = Get(config, "num_attention_heads", "n_head");
        var keyValueHeads = Get(config, "num_key_value_heads", absent: heads);
        var experts = weights.Where(w => w.Key.Contains(".experts.", StringComparison.Ordinal)).ToList();
        foreach (var (name, weight) in weights.Except(experts))
        {
            var converted = weight;
            if (type is "llama" or "mistral" or "mixtral" && (name.Contains("q_proj", StringComparison.Ordinal) || name.Contains("k_proj", StringComparison.Ordinal)))
            {
                var h = name.Contains("q_proj", StringComparison.Ordinal) ? heads : keyValueHeads;
                converted = weight.reshape([h, 2, weight.shape[0] / h / 2, .. weight.shape[1..]]).transpose(1, 2).reshape(weight.shape);
            }
            else if (type is "gemma2" or "gemma3_text" && name.EndsWith("norm.weight", StringComparison.Ordinal))
            {
                converted = weight + 1;
            }
            else if (type == "gpt_neox" && name.Contains("query_key_value", StringComparison.Ordinal))
            {
                var split = weight.reshape([heads, 3, weight.shape[0] / heads / 3, .. weight.shape[1..]]);
                converted = cat([split.select(1, 0).flatten(0, 1), split.select(1, 1).flatten(0, 1), split.select(1, 2).flatten(0, 1)], 0);
            }
            else if (type == "gpt2" && weight.dim() == 2 && name.Contains(".c_", StringComparison.Ordinal))
            {
                converted = weight.t();
            }

            Add(image, Renamed(name, type), converted);
        }

        foreach (var stack in experts.GroupBy(w => string.Join('.', w.Key.Split('.').Where((part, i) => i != 5)), StringComparer.Ordinal))
        {
            var part = stack.Key.Split('.')[^2] switch { "w1" or "gate_proj" => "ffn_gate_exps", "w2" or "down_proj" => "ffn_down_exps", _ => "ffn_up_exps" };
            var count = stack.Count();
            var ordered = Enumerable.Range(0, count).Select(e => stack.Single(w => w.Key.Contains($".experts.{e}.", StringComparison.Ordinal)).Value);
            Add(image, $"blk.{stack.Key.Split('.')[2]}.{part}.weight", Stacked(ordered));
        }
    }

    private static Tensor Stacked(IEnumerable<Tensor> tensors) => stack([.. tensors], 0);

    private static void Add(GgufImage image, string name, Tensor weight) => image.Tensor(name, 0, weight.shape, weight.contiguous().bytes.ToArray());

    private static string Renamed(string name, string type)
    {
        if (type is not ("gemma2" or "gemma3_text" or "olmo2"))
            name = name.Replace("post_attention_layernorm", "ffn_norm", StringComparison.Ordinal);
        else
            name = name.Replace("post_attention_layernorm", "post_attention_norm", StringComparison.Ordinal);
        foreach (var (original, converted) in type == "gpt2" ? s_gpt2Names : s_names)
            name = name.Replace(original, converted, StringComparison.Ordinal);
        return name;
    }

    private static void Metadata(GgufImage image, JsonElement config, string type)
    {
        var architecture = type switch { "mistral" or "mixtral" => "llama", "qwen3_moe" => "qwen3moe", "gemma3_text" => "gemma3", "gpt_neox" => "gptneox", _ => type };
        image.Add("general.architecture", architecture);
        void Put(string key, object value) => image.Add($"{architecture}.{key}", value);
        var hidden = Get(config, "hidden_size", "n_embd");
        var heads = Get(config, "num_attention_heads", "n_head");
        Put("block_count", (uint)Get(config, "num_hidden_layers", "n_layer"));
        Put("context_length", (uint)Get(config, "max_position_embeddings", "n_positions"));
        Put("embedding_length", (uint)hidden);
        Put("feed_forward_length", (uint)Get(config, "intermediate_size", absent: 4 * hidden));
        Put("attention.head_count", (uint)heads);
        if (Has(config, "num_key_value_heads"))
            Put("attention.head_count_kv", (uint)Get(config, "num_key_value_heads"));
        if (Has(config, "rms_norm_eps"))
            Put("attention.layer_norm_rms_epsilon", config.GetProperty("rms_norm_eps").GetSingle());
        else
            Put("attention.layer_norm_epsilon", config.GetProperty(Has(config, "layer_norm_eps") ? "layer_norm_eps" : "layer_norm_epsilon").GetSingle());
        var size = Get(config, "head_dim", absent: hidden / heads);
        if (Has(config, "head_dim"))
        {
            Put("attention.key_length", (uint)size);
            Put("attention.value_length", (uint)size);
        }

        var parameters = Has(config, "rope_parameters") ? config.GetProperty("rope_parameters") : config;
        if (Has(parameters, "rope_theta") && type is not ("gemma2" or "gpt_neox"))
            Put("rope.freq_base", parameters.GetProperty("rope_theta").GetSingle());
        var share = Has(config, "rotary_pct") ? config.GetProperty("rotary_pct").GetDouble() : Has(parameters, "partial_rotary_factor") ? parameters.GetProperty("partial_rotary_factor").GetDouble() : 1;
        if (type is "llama" or "mistral" or "mixtral" or "phi3" or "gpt_neox")
            Put("rope.dimension_count", (uint)(share * size));
        if (type == "gpt_neox")
            Put("use_parallel_residual", config.GetProperty("use_parallel_residual").GetBoolean());
        if (Has(config, "sliding_window") && type is "gemma2" or "gemma3_text" or "phi3")
            Put("attention.sliding_window", (uint)Get(config, "sliding_window"));
        if (type == "gemma2")
        {
            Put("attn_logit_softcapping", config.GetProperty("attn_logit_softcapping").GetSingle());
            Put("final_logit_softcapping", config.GetProperty("final_logit_softcapping").GetSingle());
        }

        if (type == "gemma3_text")
        {
            // Newer files say what older versions of llama.cpp know by heart.
            Put("rope.freq_base_swa", config.GetProperty("rope_local_base_freq").GetSingle());
            Put("attention.sliding_window_pattern", (uint)Get(config, "sliding_window_pattern"));
        }

        if (type is "mixtral" or "qwen3_moe")
        {
            Put("expert_count", (uint)Get(config, "num_local_experts", "num_experts"));
            Put("expert_used_count", (uint)Get(config, "num_experts_per_tok"));
            if (type == "qwen3_moe")
                Put("expert_feed_forward_length", (uint)Get(config, "moe_intermediate_size"));
        }

        if (type == "phi3")
            Put("rope.scaling.original_context_length", (uint)Get(config, "original_max_position_embeddings"));
        var scaling = Scaling(config);
        var kind = scaling is { } s ? (Has(s, "rope_type") ? s.GetProperty("rope_type") : s.GetProperty("type")).GetString() : null;
        if (kind is "linear" or "yarn")
        {
            Put("rope.scaling.type", kind);
            Put("rope.scaling.factor", scaling!.Value.GetProperty("factor").GetSingle());
            if (kind == "yarn")
                Put("rope.scaling.original_context_length", (uint)Get(scaling.Value, "original_max_position_embeddings"));
        }
        else if (kind == "longrope")
        {
            var (context, original) = (Get(config, "max_position_embeddings"), Get(config, "original_max_position_embeddings"));
            Put("rope.scaling.attn_factor", (float)Math.Sqrt(1 + (Math.Log((double)context / original) / Math.Log(original))));
        }

        foreach (var (key, name) in ((string, string)[])[("bos_token_id", "bos"), ("eos_token_id", "eos"), ("pad_token_id", "padding")])
        {
            if (Has(config, key))
                image.Add($"tokenizer.ggml.{name}_token_id", (config.GetProperty(key) is { ValueKind: JsonValueKind.Array } list ? list[0] : config.GetProperty(key)).GetUInt32());
        }

        if (Has(config, "eos_token_id") && config.GetProperty("eos_token_id") is { ValueKind: JsonValueKind.Array } ends)
            image.Add("tokenizer.ggml.eot_token_id", ends[1].GetUInt32());
    }

    // conversion/llama.py, generate_extra_tensors.
    private static void Llama3(GgufImage image, JsonElement config, JsonElement scaling)
    {
        var size = Get(config, "head_dim");
        var theta = config.GetProperty("rope_theta").GetSingle();
        var (factor, low, high, original) = (scaling.GetProperty("factor").GetSingle(), scaling.GetProperty("low_freq_factor").GetSingle(), scaling.GetProperty("high_freq_factor").GetSingle(), Get(scaling, "original_max_position_embeddings"));
        var divisors = new float[size / 2];
        for (var i = 0; i < divisors.Length; i++)
        {
            var wave = 2 * MathF.PI * MathF.Pow(theta, 2f * i / size);
            var smooth = ((original / wave) - low) / (high - low);
            divisors[i] = wave < original / high ? 1 : wave > original / low ? factor : 1 / (((1 - smooth) / factor) + smooth);
        }

        image.Tensor("rope_freqs.weight", [divisors.Length], divisors);
    }

    private static JsonElement? Scaling(JsonElement config) => Has(config, "rope_scaling") ? config.GetProperty("rope_scaling") : null;

    private static bool Has(JsonElement element, string key) => element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null;

    private static int Get(JsonElement element, string key, string? other = null, int? absent = null) =>
        Has(element, key) ? element.GetProperty(key).GetInt32() : other is not null && Has(element, other) ? element.GetProperty(other).GetInt32() : absent ?? throw new KeyNotFoundException(key);
}
