//! Queries that are made up.

use serde_json::{Value, json};

/// Numbers that look random and follow from a seed.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1))
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((it ^ (it >> 31)) % end as u64).unwrap()
    }

    pub(crate) fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// A value of a property, or none.
    pub(crate) fn value(&mut self) -> Option<Value> {
        let values = [
            json!("x"),
            json!("xy"),
            json!("Y"),
            json!(1),
            json!(2),
            json!(2.5),
            json!(true),
            json!(false),
            json!(["x", "z"]),
            json!([]),
            json!(null),
            json!(["xy"]),
        ];
        (!self.once_in(4)).then(|| self.pick(&values).clone())
    }
}

/// What makes up a query.
pub(crate) struct Generator {
    random: Random,
    aliases: Vec<String>,
}

impl Generator {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), aliases: Vec::new() }
    }

    pub(crate) fn query(&mut self) -> String {
        let mut text = String::from("FIND ");
        let mut steps = self.node();
        for _ in 0..self.random.below(4) {
            steps.push_str(&self.step(0));
        }
        if self.random.once_in(3) {
            steps.push_str(" WHERE ");
            steps.push_str(&self.condition(true, 0));
        }
        match self.random.below(4) {
            0 => (),
            1 => steps.push_str(" RETURN TREE"),
            _ => {
                if self.random.once_in(4) {
                    text.push_str("UNIQUE ");
                }
                steps.push_str(" RETURN ");
                steps.push_str(&self.items());
            }
        }
        text + &steps
    }

    fn items(&mut self) -> String {
        let mut items: Vec<String> =
            (0..=self.random.below(3)).map(|_| self.reference(true)).collect();
        if self.random.once_in(4) {
            let (alias, reference) = (self.alias(), self.reference(true));
            items.push(format!("count({alias})"));
            items.push(format!("count({reference})"));
        }
        let items: Vec<String> =
            items.into_iter().enumerate().map(|(at, it)| format!("{it} AS column{at}")).collect();
        items.join(", ")
    }

    fn node(&mut self) -> String {
        let selectors = ["a", "b", "c", "A", "B", "*", "(a|c)", "(A|C)", "nothing"];
        let mut node = (*self.random.pick(&selectors)).to_owned();
        if self.random.once_in(3) {
            node.push_str(" WITH ");
            node.push_str(&self.condition(false, 0));
        }
        let alias = format!("v{}", self.aliases.len());
        node.push_str(" AS ");
        node.push_str(&alias);
        self.aliases.push(alias);
        node
    }

    fn step(&mut self, depth: usize) -> String {
        if depth < 2 && self.random.once_in(5) {
            let steps: String = (0..=self.random.below(2)).map(|_| self.step(depth + 1)).collect();
            let mut step = format!(" ({steps})?");
            if self.random.once_in(2) {
                let alias = format!("v{}", self.aliases.len());
                step.push_str(" AS ");
                step.push_str(&alias);
                self.aliases.push(alias);
            }
            return step;
        }
        let negated = if self.random.once_in(6) { "!" } else { "" };
        let verb = *self.random.pick(&["HAS", "has", "USES", "(HAS|USES)", "RELATES TO"]);
        let arrow = *self.random.pick(&["", "", "", ">>", "<<"]);
        let alias = if self.random.once_in(3) {
            let alias = format!("v{}", self.aliases.len());
            self.aliases.push(alias.clone());
            format!(" AS {alias}")
        } else {
            String::new()
        };
        format!(" THAT {negated}{verb} {arrow}{alias} {}", self.node())
    }

    fn condition(&mut self, is_of_path: bool, depth: usize) -> String {
        if depth < 2 && self.random.once_in(3) {
            let sign = *self.random.pick(&["AND", "OR"]);
            let left = self.condition(is_of_path, depth + 1);
            return format!("({left} {sign} {})", self.condition(is_of_path, depth + 1));
        }
        let left = self.reference(is_of_path);
        let operators = ["=", "!=", "<", ">", "<=", ">=", "~=", "^=", "$=", "!~=", "!^=", "!$="];
        let operator = *self.random.pick(&operators);
        let right = match self.random.below(8) {
            0 if operator.ends_with('=')
                && operator.len() <= 2
                && !operator.starts_with(['<', '>']) =>
            {
                let operator = *self.random.pick(&["=", "!="]);
                return format!("{left} {operator} undefined");
            }
            1 => format!("({} OR {})", self.literal(), self.literal()),
            2 => format!("({} AND {})", self.literal(), self.literal()),
            3 => self.reference(is_of_path),
            4 if operator == "=" || operator == "!=" => "/^x/".to_owned(),
            _ => self.literal(),
        };
        format!("{left} {operator} {right}")
    }

    fn literal(&mut self) -> String {
        (*self.random.pick(&["'x'", "'xy'", "'y'", "'Y'", "''", "1", "2", "2.5", "true", "false"]))
            .to_owned()
    }

    fn alias(&mut self) -> String {
        self.random.pick(&self.aliases).clone()
    }

    fn reference(&mut self, is_of_path: bool) -> String {
        let property = *self.random.pick(&["p", "q", "r.s", "_key", "_type", "_class"]);
        if is_of_path { format!("{}.{property}", self.alias()) } else { property.to_owned() }
    }
}
