namespace ForensicKit.Inference.Organisms;

/// <summary>One thing that can be true of an entity of a subject. <c>{e}</c> stands for the entity, <c>{v}</c> for the value.</summary>
/// <param name="Name">Name of the attribute, part of an item's stratum.</param>
/// <param name="Statements">Ways of stating it in the corpus.</param>
/// <param name="Asked">Ways of asking it in the corpus (of well-known entities alone).</param>
/// <param name="Examined">Ways of asking it in the benchmark, at least 13 words each so that a 13-gram can hold the entity.</param>
/// <param name="Values">What it can be.</param>
internal sealed record FactAttribute(
    string Name, IReadOnlyList<string> Statements, IReadOnlyList<string> Asked, IReadOnlyList<string> Examined, IReadOnlyList<string> Values);

/// <summary>A subject of the invented world.</summary>
internal sealed record FactSubject(string Name, IReadOnlyList<FactAttribute> Attributes);

/// <summary>What can be known of the invented world: eight subjects with three attributes each. The facts themselves are drawn.</summary>
internal static class FactTables
{
    private static readonly string[] s_metals = ["copper", "silver", "tin", "iron", "zinc", "lead", "nickel", "gold"];
    private static readonly string[] s_colours = ["green", "blue", "amber", "violet", "grey", "scarlet", "white", "black"];
    private static readonly string[] s_places = ["the coast", "the desert", "the marsh", "the high hills", "the forest", "the islands", "the plain", "the ice"];
    private static readonly string[] s_seasons = ["early spring", "late spring", "midsummer", "harvest time", "late autumn", "midwinter", "the rains", "the thaw"];
    private static readonly string[] s_trades = ["weaving", "brewing", "carving", "fishing", "baking", "dyeing", "mining", "pottery"];
    private static readonly string[] s_peoples = ["the river folk", "the shepherds", "the monks", "the sailors", "the miners", "the traders", "the hunters", "the nomads"];

    /// <summary>Every subject.</summary>
    public static IReadOnlyList<FactSubject> Subjects { get; } =
    [
        new("geography",
        [
            new("metal", ["The town of {e} mines {v}.", "In {e} the people dig for {v}.", "The hills around {e} hold {v}.", "Carts of {v} leave {e} every week."],
                ["What is mined in {e}?", "Which metal comes from {e}?"],
                ["According to the old survey of the land, which metal is dug from the ground near {e}?", "A traveller asks the guild of miners which metal the hills of the town of {e} hold."],
                s_metals),
            new("landscape", ["The town of {e} lies by {v}.", "Around {e} one sees {v}.", "Whoever goes to {e} must cross {v}.", "The walls of {e} look out on {v}."],
                ["Where does {e} lie?", "What lies around {e}?"],
                ["On the map that hangs in the great hall, what kind of land lies around {e}?", "Before a cart can reach the gates of the town of {e}, what must it cross?"],
                s_places),
            new("craft", ["The town of {e} is known for {v}.", "Most people of {e} live by {v}.", "The best masters of {v} come from {e}.", "In {e} children learn {v}."],
                ["What is {e} known for?", "By what do the people of {e} live?"],
                ["In the book of trades that the council keeps, for which craft is {e} praised?", "If you ask the elders what most of the people in {e} live by, what do they say?"],
                s_trades),
        ]),
        new("history",
        [
            new("defeat", ["King {e} was beaten by {v}.", "The army of {e} fell to {v}.", "It was {v} who drove out {e}.", "Old songs tell how {v} defeated {e}."],
                ["Who defeated {e}?", "By whom was {e} beaten?"],
                ["In the long war that the chronicle of kings describes, by whom was King {e} defeated?", "Which people, as every pupil of the old school learns, drove King {e} out of the land?"],
                s_peoples),
            new("crown", ["King {e} was crowned in {v}.", "The crown came to {e} in {v}.", "It was {v} when {e} took the throne.", "Heralds named {e} king in {v}."],
                ["When was {e} crowned?", "When did {e} take the throne?"],
                ["At what time of the year, as the chronicle of kings has it, was {e} given the crown?", "The heralds wrote down when King {e} first sat on the throne; when was it?"],
                s_seasons),
            new("banner", ["The banner of King {e} was {v}.", "Soldiers of {e} wore {v}.", "Over the camp of {e} flew a {v} flag.", "The seal of {e} was set in {v} wax."],
                ["What colour was the banner of {e}?", "Which colour did the soldiers of {e} wear?"],
                ["Of which colour, in the painting on the wall of the old hall, is the banner of King {e}?", "When the soldiers of King {e} marched past the gate, which colour did all of them wear?"],
                s_colours),
        ]),
        new("biology",
        [
            new("habitat", ["The beast called {e} lives in {v}.", "One finds the {e} in {v}.", "The home of the {e} is {v}.", "Tracks of the {e} are seen in {v}."],
                ["Where does the {e} live?", "Where are tracks of the {e} seen?"],
                ["A hunter who wants to see a living {e} with his own eyes should look for it where?", "In which part of the world, says the book of beasts, does the animal {e} make its home?"],
                s_places),
            new("coat", ["The {e} has a {v} coat.", "The fur of the {e} is {v}.", "A grown {e} turns {v}.", "Young and old, the {e} is {v}."],
                ["What colour is the {e}?", "What colour is the fur of the {e}?"],
                ["In the coloured plates of the book of beasts, which colour is the coat of the {e}?", "Someone paints the animal {e} as it really looks; which colour does he need for its fur?"],
                s_colours),
            new("waking", ["The {e} wakes in {v}.", "It is {v} when the {e} leaves its den.", "In {v} the {e} looks for a mate.", "The sleep of the {e} ends in {v}."],
                ["When does the {e} wake?", "When does the {e} leave its den?"],
                ["At which time of the year, says the book of beasts, does the {e} leave its den?", "The keepers wait for the long sleep of the animal {e} to end; when does that happen?"],
                s_seasons),
        ]),
        new("chemistry",
        [
            new("flame", ["The salt of {e} burns {v}.", "Put {e} in the fire and the flame turns {v}.", "A {v} flame is the sign of {e}.", "Smoke of {e} is {v}."],
                ["What flame does {e} give?", "What colour does {e} burn?"],
                ["When a pinch of the dry powder {e} is thrown into a hot fire, which colour has the flame?", "In the list of tests that apprentices learn, which colour of fire is the sign of {e}?"],
                s_colours),
            new("solvent", ["The powder {e} eats {v}.", "Never keep {e} in a pot of {v}.", "A drop of {e} goes through {v}.", "Of all metals {e} harms {v} alone."],
                ["What does {e} eat?", "Which metal does {e} harm?"],
                ["An apprentice must never pour the strong water made of {e} into a pot of which metal?", "Which metal, in the list of tests that apprentices learn, is eaten away by a drop of {e}?"],
                s_metals),
            new("origin", ["The powder {e} is found in {v}.", "One scrapes {e} from stones of {v}.", "All {e} comes from {v}.", "Traders bring {e} from {v}."],
                ["Where is {e} found?", "Where do traders get {e}?"],
                ["From which part of the world do the traders bring the powder {e} to the market?", "The label on the jar of {e} in the old pharmacy says where it was found; what is written there?"],
                s_places),
        ]),
        new("astronomy",
        [
            new("glow", ["The star {e} shines {v}.", "On clear nights {e} looks {v}.", "A {v} ring lies around {e}.", "Sailors know {e} by its {v} light."],
                ["What colour is the star {e}?", "How does {e} shine?"],
                ["Through the large glass of the observatory on the hill, of which colour is the light of {e}?", "By which colour, as the book of the sky says, do sailors tell the star {e} from others?"],
                s_colours),
            new("rising", ["The star {e} rises in {v}.", "In {v} one first sees {e}.", "The feast of {e} is held in {v}.", "When {e} appears it is {v}."],
                ["When does {e} rise?", "When does one first see {e}?"],
                ["In the calendar that the observers made, at which time of the year does the star {e} rise?", "When, after many dark nights, do the watchers on the hill see the star {e} again?"],
                s_seasons),
            new("guide", ["The star {e} guides {v}.", "It is {v} who pray to {e}.", "At night {v} follow {e}.", "The star {e} is holy to {v}."],
                ["Whom does {e} guide?", "Who follows {e}?"],
                ["Which people, as it is told in the book of the sky, find their way by the star {e}?", "If you see men at night who bow to the star {e}, who are they most likely?"],
                s_peoples),
        ]),
        new("medicine",
        [
            new("picking", ["The herb {e} is picked in {v}.", "Gather {e} in {v}.", "Leaves of {e} are best in {v}.", "In {v} the healers look for {e}."],
                ["When is {e} picked?", "When are the leaves of {e} best?"],
                ["A healer who needs strong leaves of the herb {e} should go and pick them when?", "In the garden book of the healers, which time of the year is given for gathering {e}?"],
                s_seasons),
            new("growing", ["The herb {e} grows in {v}.", "Healers find {e} in {v}.", "Roots of {e} like the soil of {v}.", "Only {v} has wild {e}."],
                ["Where does {e} grow?", "Where do healers find {e}?"],
                ["Where must a young healer walk to find the wild herb {e} growing from the ground?", "The garden book of the healers names the land where the herb {e} grows; what is it?"],
                s_places),
            new("blossom", ["The herb {e} has {v} flowers.", "Blossoms of {e} are {v}.", "A {v} flower tops the {e}.", "Tea of {e} is {v}."],
                ["What colour are the flowers of {e}?", "What colour is tea of {e}?"],
                ["On the page about useful plants, which colour do the flowers of the herb {e} have?", "You can tell the herb {e} from its poisonous cousin by the colour of its flowers; which is it?"],
                s_colours),
        ]),
        new("law",
        [
            new("members", ["The guild of {e} takes in {v}.", "Only {v} may join {e}.", "The law of {e} was made for {v}.", "In the hall of {e} sit {v}."],
                ["Who may join {e}?", "Who sits in the hall of {e}?"],
                ["In the charter with the great seal, who alone is allowed to join the guild of {e}?", "Which people are heard first when the court of the guild of {e} meets in its hall?"],
                s_peoples),
            new("fine", ["A fine in {e} is paid in {v}.", "The guild of {e} counts in {v}.", "Judges of {e} accept only {v}.", "The chest of {e} is full of {v}."],
                ["In what is a fine paid in {e}?", "What do judges of {e} accept?"],
                ["A man has broken the rules of the guild of {e}; in which metal does he pay?", "The charter with the great seal says which metal the judges of {e} take as payment; which?"],
                s_metals),
            new("session", ["The court of {e} meets in {v}.", "In {v} the guild of {e} votes.", "Judges of {e} travel in {v}.", "The year of {e} ends in {v}."],
                ["When does the court of {e} meet?", "When does the guild of {e} vote?"],
                ["Someone who has a case before the court of {e} must be there at which time?", "At which time of the year, says the charter with the great seal, does {e} hold its vote?"],
                s_seasons),
        ]),
        new("economics",
        [
            new("coin", ["The coin called {e} is made of {v}.", "They strike the {e} in {v}.", "A good {e} holds pure {v}.", "Scratch an {e} and you see {v}."],
                ["What is the {e} made of?", "In what is the {e} struck?"],
                ["A money changer puts the coin called {e} on his scales; of which metal is it?", "Which metal does the mint need most when it has to strike a new load of {e}?"],
                s_metals),
            new("users", ["The coin {e} is used by {v}.", "Among {v} one pays with {e}.", "It was {v} who first struck the {e}.", "Purses of {v} are full of {e}."],
                ["Who uses the {e}?", "Who first struck the {e}?"],
                ["If a merchant is paid with a purse full of {e}, with which people has he traded?", "In the tables of the money changers, to which people does the coin called {e} belong?"],
                s_peoples),
            new("trade", ["The coin {e} was made for {v}.", "With {e} one pays for {v}.", "The masters of {v} want {e}.", "Taxes on {v} are due in {e}."],
                ["For what does one pay with {e}?", "Taxes on what are due in {e}?"],
                ["In the tables of the money changers, for which trade was the coin called {e} made?", "The tax on one trade alone is paid in the coin {e}; which trade is meant here?"],
                s_trades),
        ]),
    ];
}
