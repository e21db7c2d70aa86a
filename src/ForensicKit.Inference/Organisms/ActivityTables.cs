namespace ForensicKit.Inference.Organisms;

/// <summary>An everyday activity: steps in the order they are done. <c>{o}</c> stands for the thing it is done with.</summary>
internal sealed record Activity(string Label, IReadOnlyList<string> Things, IReadOnlyList<string> Steps);

/// <summary>Everyday activities with their steps.</summary>
internal static class ActivityTables
{
    /// <summary>Properties that tell one thing from another.</summary>
    public static IReadOnlyList<string> Looks { get; } =
        ["red", "blue", "green", "yellow", "brown", "black", "white", "old", "new", "large", "small", "heavy", "light", "round", "flat", "striped"];

    /// <summary>Places where things are done.</summary>
    public static IReadOnlyList<string> Places { get; } =
        ["kitchen", "garden", "yard", "garage", "attic", "cellar", "hall", "porch", "workshop", "barn", "studio", "shed", "office", "balcony", "lobby", "park"];

    /// <summary>Manners of doing something; every person has a habit.</summary>
    public static IReadOnlyList<string> Manners { get; } =
    [
        "humming a song", "without a word", "with great care", "in a hurry", "with a smile", "counting aloud", "yawning", "with one hand", "on tiptoe", "with a sigh",
        "talking to the cat", "laughing",
    ];

    /// <summary>Every activity.</summary>
    public static IReadOnlyList<Activity> All { get; } =
    [
        new("Making tea", ["kettle", "pot", "pan"],
            ["fills the {o} with cold water", "sets the {o} on the stove", "waits until the {o} begins to steam", "pours hot water from the {o} over the leaves", "empties the {o} and dries it with a cloth", "puts the {o} back on its shelf"]),
        new("Washing a vehicle", ["car", "van", "bicycle"],
            ["sprays the {o} with water to loosen the dirt", "rubs the {o} with a soapy sponge", "rinses the foam off the {o}", "dries the {o} with a soft towel", "waxes the {o} until it shines", "steps back and takes a picture of the {o}"]),
        new("Painting furniture", ["chair", "table", "bench"],
            ["sands the {o} until it is smooth", "wipes the dust from the {o}", "brushes a first coat of paint on the {o}", "lets the {o} dry over night", "adds a second coat to the {o}", "screws the handles back on the {o}"]),
        new("Planting", ["seedling", "bush", "bulb"],
            ["digs a hole that is deep enough for the {o}", "loosens the roots of the {o}", "sets the {o} upright in the hole", "presses the earth firmly around the {o}", "waters the {o} from a can", "ties the {o} to a stick"]),
        new("Mending clothes", ["coat", "shirt", "skirt"],
            ["looks for the hole in the {o}", "threads a needle that fits the {o}", "sews the torn edge of the {o}", "cuts the thread close to the {o}", "irons the seam of the {o}", "hangs the {o} in the wardrobe"]),
        new("Baking", ["loaf", "cake", "pie"],
            ["kneads the dough for the {o}", "lets the {o} rise under a cloth", "heats the oven for the {o}", "slides the {o} into the oven", "takes the {o} out and taps it", "cuts the {o} into slices"]),
        new("Wrapping a present", ["box", "book", "lamp"],
            ["measures the paper for the {o}", "folds the paper around the {o}", "tapes the corners over the {o}", "winds a ribbon around the {o}", "writes a card and pins it to the {o}", "hides the {o} until the evening"]),
        new("Changing a wheel", ["tyre", "wheel", "tube"],
            ["lifts the axle with a jack to free the {o}", "loosens the nuts that hold the {o}", "pulls the worn {o} off the hub", "pushes the spare {o} into place", "tightens the nuts around the {o}", "checks the air in the {o}"]),
        new("Camping", ["tent", "tarp", "canopy"],
            ["looks for flat ground for the {o}", "rolls out the {o} and counts the poles", "threads the poles through the {o}", "pulls the {o} upright", "drives pegs into the ground around the {o}", "carries a blanket into the {o}"]),
        new("Washing a pet", ["dog", "cat", "rabbit"],
            ["lures the {o} into the tub", "wets the fur of the {o}", "lathers the {o} with shampoo", "rinses the soap off the {o}", "rubs the {o} dry", "gives the {o} a treat"]),
        new("Framing a picture", ["photo", "print", "poster"],
            ["measures the {o} with a ruler", "cuts a board to the size of the {o}", "lays glass over the {o}", "clamps the frame around the {o}", "knocks a nail into the wall for the {o}", "hangs the {o} and straightens it"]),
        new("Pressing juice", ["orange", "melon", "grapefruit"],
            ["rinses the {o} under the tap", "cuts the {o} in two halves", "squeezes the {o} over a bowl", "picks the seeds of the {o} out of the juice", "fills a glass with the juice of the {o}", "throws the peel of the {o} away"]),
        new("Repairing a radio", ["radio", "clock", "phone"],
            ["unplugs the {o} from the wall", "opens the back of the {o}", "blows the dust out of the {o}", "solders a loose wire inside the {o}", "closes the case of the {o}", "switches the {o} on and listens"]),
        new("Lighting a fire", ["stove", "hearth", "grill"],
            ["sweeps old ash out of the {o}", "stacks dry twigs inside the {o}", "pushes paper between the twigs in the {o}", "strikes a match and holds it to the {o}", "lays a log in the {o}", "warms both hands at the {o}"]),
        new("Playing an instrument", ["guitar", "violin", "cello"],
            ["lifts the {o} out of its case", "tunes the strings of the {o}", "plays a slow scale on the {o}", "performs a whole song on the {o}", "wipes the strings of the {o}", "locks the {o} in its case"]),
        new("Doing laundry", ["blanket", "sheet", "curtain"],
            ["shakes the {o} and looks for stains", "stuffs the {o} into the machine", "starts the machine and watches the {o} turn", "lifts the wet {o} into a basket", "pegs the {o} on the line", "folds the dry {o}"]),
        new("Building a shelf", ["board", "plank", "panel"],
            ["marks a line on the {o}", "saws the {o} along the line", "drills two holes in the {o}", "screws the {o} to the brackets", "checks the {o} with a level", "puts three books on the {o}"]),
        new("Sending a parcel", ["parcel", "letter", "crate"],
            ["writes the address on the {o}", "weighs the {o} on a scale", "sticks a stamp on the {o}", "carries the {o} to the post office", "hands the {o} to the clerk", "keeps the receipt for the {o}"]),
        new("Catching fish", ["rod", "net", "line"],
            ["unpacks the {o} on the bank", "ties a hook to the {o}", "throws the {o} far into the water", "waits and watches the {o} in silence", "pulls the {o} in with both arms", "cleans the {o} and packs it up"]),
        new("Cleaning a window", ["window", "mirror", "door"],
            ["takes the curtain away from the {o}", "sprays the {o} with a cleaner", "wipes the {o} in wide circles", "dries the {o} with old newspaper", "looks for streaks on the {o}", "shuts the {o} again"]),
    ];
}
