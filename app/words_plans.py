"""The words of the plans that come with Unrolled: what the presenter reads in them, and what the class is asked."""

from __future__ import annotations

PLANS = {
    "plans.notes": "The notes' lecture",
    "plans.notes.deep": "What is a deep RNN?",
    "plans.notes.deep.notes": "Recurrent layers, stacked: what a layer makes at every timestep is what the layer above it reads at that timestep.\n"
    "Point along a row: time. Point up a column: depth. A grid of two dimensions, and every cell of it is one small computation.\n"
    "Nothing is computed yet. Each number that will stand here follows from the ones before it; none is made up.",
    "plans.notes.reviews": "Three reviews of three words",
    "plans.notes.reviews.notes": "cat mat rat is positive, 1; rat rat mat is negative, 0; mat cat cat is positive, 1. Three words, three timesteps, one label.\n"
    "The words mean nothing, so that only the arithmetic is left. Press the other two reviews, then come back to the first.",
    "plans.notes.onehot": "A word as a vector",
    "plans.notes.onehot.notes": "1 0 0 is cat, 0 1 0 is mat, 0 0 1 is rat, in the order of the vocabulary.\n"
    "Such a vector times a matrix picks one row of it: the first cell reads one row of W. Nothing is lost, and nothing is similar to anything yet.",
    "plans.notes.time": "Unrolled over time",
    "plans.notes.time.notes": "Three columns, t = 1, 2, 3, and one network: the same cells, drawn once per word.\n"
    "Point at an arrow between two timesteps: every use of this matrix lights up, because it is one matrix.\n"
    "Ask before you go on. After the answer, show the orders by layer and by diagonal.",
    "plans.notes.time.ask": "Layer 1 at t = 1 is computed. Which cells can be computed now?",
    "plans.notes.time.above": "only the cell above it",
    "plans.notes.time.after": "only the cell after it",
    "plans.notes.time.either": "either of the two",
    "plans.notes.time.why": "Both have all that they read: the cell below and the cell before. Which one comes first is a matter of order, not of arithmetic.",
    "plans.notes.kernel": "Three units below, two above",
    "plans.notes.kernel.notes": "The notes write 3×3, 3×3 and 2×2 beside the picture, and leave one out. Let the class find the fourth.\n"
    "Row vectors, as in Keras: what comes in stands left, so rows count what is read, and columns what is made.",
    "plans.notes.kernel.ask": "Layer 2 has two units and reads the three of layer 1. What shape has the matrix between them?",
    "plans.notes.kernel.why": "A row for each of the three numbers that enter, a column for each of the two that it makes.",
    "plans.notes.shapes": "Every shape on its edge",
    "plans.notes.shapes.notes": "Layer 1: 3×3 from the word and 3×3 from its own past. Layer 2: 3×2 from below and 2×2 from its own past.\n"
    "Left of the first column stands the state before the first word, zero. In the notes it cannot be read; this is most likely it.\n"
    "It can be set: type another number into it, watch every cell change, and undo.",
    "plans.notes.sign": "Before the next cell",
    "plans.notes.sign.notes": "The letters first: (2) above is the layer, t below is time, and [1] is the first unit.\n"
    "Let them guess. Nobody can know, and that is fine: a guess makes them look at the sum.",
    "plans.notes.sign.ask": "Will the first unit of layer 2 be positive or negative at t = 2?",
    "plans.notes.sign.why": "It is {value}. The sum inside tanh decides the sign, and tanh keeps it.",
    "plans.notes.formula": "One cell, number by number",
    "plans.notes.formula.notes": "tanh of three things: what comes from below times W, what comes from before times U, and b.\n"
    "Read it in symbols, then the same line with this cell's matrices, then one unit as products that add up. Point at a number: its source lights up.\n"
    "Beside it stands Keras's way of writing. Books swap these letters; the menu Notation has six of their habits.",
    "plans.notes.verdict": "What will it say?",
    "plans.notes.verdict.notes": "All words are read. Only the last state of the top layer goes on, into Dense with a sigmoid: a number between 0 and 1.\n"
    "Collect numbers, reveal, and step: the verdict is wrong. Of course it is: these weights are random.",
    "plans.notes.verdict.ask": "The network has learnt nothing yet. What will it answer to cat mat rat, between 0 and 1?",
    "plans.notes.verdict.why": "Small weights give sums near 0, and σ of 0 is one half. Here it is {value}: below one half, so negative, and the label is 1.",
    "plans.notes.blame": "Back from the loss",
    "plans.notes.blame.notes": "The same grid, from the right to the left and from the top down. Magenta is the gradient: how much the loss would change with this number.\n"
    "The cells come in exactly the reverse order. Ask before layer 1 at t = 2.",
    "plans.notes.blame.ask": "From where will the gradient reach layer 1 at t = 2?",
    "plans.notes.blame.why": "From above, because layer 2 read this state at t = 2, and from the future, because layer 1 read it at t = 3. The two are added.",
    "plans.notes.update": "Every weight moves once",
    "plans.notes.update.notes": "A weight is used at every timestep, so its gradient is the sum over its uses. It moves by the rate times that, against it.\n"
    "Press “after learning” in Compare, or train in the view Training, if there is time.",
    "plans.notes.code": "In code: the architecture",
    "plans.notes.code.notes": "Ten thousand words, 32 dimensions: Embedding(10000, 32), SimpleRNN(5, return_sequences=True), SimpleRNN(5), Dense(1, sigmoid).\n"
    "Read the code and the picture side by side, line by line from the bottom up. What was 1 0 0 is now a row of a table that learns.",
    "plans.notes.embedding": "How large is the table?",
    "plans.notes.embedding.notes": "On the page of notes stands 32000. It is a slip of the pen. Let them find it: it happens to everyone who multiplies at a blackboard.",
    "plans.notes.embedding.ask": "Embedding(10000, 32): how many parameters?",
    "plans.notes.embedding.why": "Ten thousand rows of 32 numbers each.",
    "plans.notes.counts": "190, 55, 6",
    "plans.notes.counts.notes": "First layer: 32·5 from below, 5·5 from its past, 5 of the bias: 160 + 25 + 5 = 190. The notes stop at 185, and add the 5 beside it.\n"
    "Second layer: 5·5 + 5·5 + 5 = 55; where the notes seem to say 8 × 5, read 5 × 5. Dense: 5 + 1 = 6.\n"
    "All together 320,251. Each count stands on its layer, with its sum.",
    "plans.notes.counts.ask": "SimpleRNN(5) reads 32 numbers. How many parameters has it?",
    "plans.notes.counts.why": "32·5 from below, 5·5 from its own past, and 5 of the bias.",
    "plans.notes.sequences": "What goes up, and what does not",
    "plans.notes.sequences.notes": "return_sequences=True: the state goes up at every timestep. Here both layers have it, so there is an output for every word.\n"
    "Switch it off on layer 2: two of three outputs go. Switch it on again. Then ask about layer 1.",
    "plans.notes.sequences.ask": "Now layer 1 gets return_sequences=False, and layer 2 stays above it. What happens?",
    "plans.notes.sequences.last": "Layer 2 reads the last state, once",
    "plans.notes.sequences.same": "Layer 2 reads the same state three times",
    "plans.notes.sequences.error": "It cannot work: Keras refuses the stack",
    "plans.notes.sequences.why": "Layer 2 reads one vector per timestep, and there is one vector in all. Keras says: {error}",
    "plans.notes.error": "Keras's own words",
    "plans.notes.error.notes": "Read the error aloud: three dimensions were expected, batch, timesteps and features; two were found, batch and features.\n"
    "Everyone who stacks recurrent layers meets it once. The class sees the broken stack as you do.",
    "plans.notes.lstm": "Variants: a deep LSTM",
    "plans.notes.lstm.notes": "Deep is not only for simple cells. The stack is the same; the cell has four gates and a second state, c, that passes from timestep to timestep.\n"
    "Open the cell in the panel, and let gates and states be found there. Collect words first.",
    "plans.notes.lstm.ask": "What could a cell need a second state for? One word.",
    "plans.notes.lstm.why": "What is kept in c is changed by sums and gates alone, so it can last longer, and so can the gradient that comes back along it.",
    "plans.notes.gru": "Variants: a deep GRU",
    "plans.notes.gru.notes": "Two gates and a candidate, and no second state. Three matrices where the simple cell has one: so three times the parameters?\n"
    "With reset_after=True, Keras's default, there is a second bias.",
    "plans.notes.gru.ask": "The simple layer 1 had 3·3 + 3·3 + 3 = 21 parameters. How many has it as a GRU?",
    "plans.notes.gru.why": "3·(3·3 + 3·3) and two biases of 3·3 each: 54 + 18. Three times 21 would be 63.",
    "plans.notes.mixed": "Variants: a mixed stack",
    "plans.notes.mixed.notes": "An LSTM below, a GRU above it, a simple layer on top: all that a layer asks of the one below is a vector per timestep.\n"
    "Change the type of any layer, and add one.",
    "plans.notes.warning": "What this toy does not show",
    "plans.notes.warning.notes": "A warning: “cat is in the review” decides all three labels. Memory is not needed for that, and order does not matter.\n"
    "Keep the three reviews for the arithmetic. Here are two that need order: cat mat rat is 1, rat mat cat is 0.",
    "plans.notes.warning.ask": "cat mat rat is 1, rat mat cat is 0. Could something tell them apart that only counts words?",
    "plans.notes.warning.yes": "yes",
    "plans.notes.warning.no": "no",
    "plans.notes.warning.why": "Both have the same words, so all counts are equal. Only what remembers the order can give two answers.",
}

PLANS_HI = {
    "plans.notes": "नोट्स का व्याख्यान",
    "plans.notes.deep": "डीप RNN क्या है?",
    "plans.notes.deep.notes": "रिकरेंट लेयर, एक के ऊपर एक: कोई लेयर हर टाइमस्टेप पर जो बनाती है, उसे ऊपर की लेयर उसी टाइमस्टेप पर पढ़ती है।\n"
    "एक पंक्ति पर चलें: समय। एक स्तंभ पर ऊपर चलें: गहराई। दो आयामों का ग्रिड, जिसका हर सेल एक छोटी-सी गणना है।\n"
    "अभी कुछ भी गिना नहीं गया। यहाँ जो भी संख्या आएगी, वह पिछली संख्याओं से निकलेगी; कोई गढ़ी हुई नहीं है।",
    "plans.notes.reviews": "तीन शब्दों की तीन समीक्षाएँ",
    "plans.notes.reviews.notes": "cat mat rat सकारात्मक है, 1; rat rat mat नकारात्मक, 0; mat cat cat सकारात्मक, 1। तीन शब्द, तीन टाइमस्टेप, एक लेबल।\n"
    "शब्दों का कोई अर्थ नहीं, ताकि केवल अंकगणित बचे। बाकी दो समीक्षाएँ दबाएँ, फिर पहली पर लौटें।",
    "plans.notes.onehot": "शब्द एक वेक्टर के रूप में",
    "plans.notes.onehot.notes": "1 0 0 है cat, 0 1 0 है mat, 0 0 1 है rat, शब्दावली के क्रम में।\n"
    "ऐसे वेक्टर का मैट्रिक्स से गुणा उसकी एक पंक्ति चुन लेता है: पहली सेल W की एक पंक्ति पढ़ती है। कुछ खोता नहीं, और अभी कुछ भी किसी के समान नहीं।",
    "plans.notes.time": "समय में खुला हुआ",
    "plans.notes.time.notes": "तीन स्तंभ, t = 1, 2, 3, और एक ही नेटवर्क: वही सेल, हर शब्द के लिए एक बार बनी हुई।\n"
    "दो टाइमस्टेप के बीच के तीर पर जाएँ: इस मैट्रिक्स का हर उपयोग चमक उठता है, क्योंकि मैट्रिक्स एक ही है।\n"
    "आगे बढ़ने से पहले पूछें। उत्तर के बाद लेयर और विकर्ण के क्रम दिखाएँ।",
    "plans.notes.time.ask": "t = 1 पर लेयर 1 की गणना हो चुकी। अब किन सेलों की गणना हो सकती है?",
    "plans.notes.time.above": "केवल उसके ऊपर की सेल",
    "plans.notes.time.after": "केवल उसके बाद की सेल",
    "plans.notes.time.either": "दोनों में से कोई भी",
    "plans.notes.time.why": "दोनों जो पढ़ती हैं वह सब मौजूद है: नीचे की सेल और पहले की सेल। पहले कौन-सी, यह क्रम की बात है, अंकगणित की नहीं।",
    "plans.notes.kernel": "नीचे तीन यूनिट, ऊपर दो",
    "plans.notes.kernel.notes": "नोट्स में चित्र के पास 3×3, 3×3 और 2×2 लिखा है, और एक छूट गया है। चौथा कक्षा को खोजने दें।\n"
    "पंक्ति वेक्टर, जैसे Keras में: जो आता है वह बाईं ओर, इसलिए पंक्तियाँ गिनती हैं क्या पढ़ा गया, और स्तंभ क्या बना।",
    "plans.notes.kernel.ask": "लेयर 2 में दो यूनिट हैं और वह लेयर 1 की तीन पढ़ती है। उनके बीच के मैट्रिक्स का आकार क्या है?",
    "plans.notes.kernel.why": "आने वाली तीन संख्याओं में से हर एक की एक पंक्ति, बनने वाली दो में से हर एक का एक स्तंभ।",
    "plans.notes.shapes": "हर किनारे पर उसका आकार",
    "plans.notes.shapes.notes": "लेयर 1: शब्द से 3×3 और अपने अतीत से 3×3। लेयर 2: नीचे से 3×2 और अपने अतीत से 2×2।\n"
    "पहले स्तंभ के बाईं ओर पहले शब्द से पहले की स्टेट है, शून्य। नोट्स में वह पढ़ी नहीं जाती; बहुत संभव है कि यही हो।\n"
    "उसे बदला जा सकता है: कोई और संख्या लिखें, हर सेल को बदलते देखें, और पूर्ववत करें।",
    "plans.notes.sign": "अगली सेल से पहले",
    "plans.notes.sign.notes": "पहले अक्षर: ऊपर (2) लेयर है, नीचे t समय, और [1] पहली यूनिट।\n"
    "अनुमान लगाने दें। कोई जान नहीं सकता, और यह ठीक है: अनुमान उन्हें योग की ओर देखने पर विवश करता है।",
    "plans.notes.sign.ask": "t = 2 पर लेयर 2 की पहली यूनिट धनात्मक होगी या ऋणात्मक?",
    "plans.notes.sign.why": "वह {value} है। tanh के भीतर का योग चिह्न तय करता है, और tanh उसे बनाए रखता है।",
    "plans.notes.formula": "एक सेल, संख्या दर संख्या",
    "plans.notes.formula.notes": "तीन चीज़ों का tanh: जो नीचे से आता है गुणा W, जो पहले से आता है गुणा U, और b।\n"
    "पहले चिह्नों में पढ़ें, फिर वही पंक्ति इस सेल के मैट्रिक्सों के साथ, फिर एक यूनिट गुणनफलों के योग के रूप में। किसी संख्या पर जाएँ: उसका स्रोत चमकता है।\n"
    "पास में Keras की लिखावट है। पुस्तकें ये अक्षर अदल-बदल देती हैं; संकेतन की सूची में उनकी छह आदतें हैं।",
    "plans.notes.verdict": "वह क्या कहेगा?",
    "plans.notes.verdict.notes": "सब शब्द पढ़ लिए गए। केवल ऊपरी लेयर की अंतिम स्टेट आगे जाती है, सिग्मॉइड वाली Dense में: 0 और 1 के बीच एक संख्या।\n"
    "संख्याएँ जमा करें, उत्तर दिखाएँ, और आगे बढ़ें: निर्णय ग़लत है। होना ही था: ये वेट यादृच्छिक हैं।",
    "plans.notes.verdict.ask": "नेटवर्क ने अभी कुछ नहीं सीखा। cat mat rat पर वह 0 और 1 के बीच क्या उत्तर देगा?",
    "plans.notes.verdict.why": "छोटे वेट 0 के पास के योग देते हैं, और 0 का σ आधा है। यहाँ वह {value} है: आधे से कम, यानी नकारात्मक, और लेबल 1 है।",
    "plans.notes.blame": "हानि से वापस",
    "plans.notes.blame.notes": "वही ग्रिड, दाएँ से बाएँ और ऊपर से नीचे। मजेंटा ग्रेडिएंट है: इस संख्या के साथ हानि कितनी बदलती।\n"
    "सेल ठीक उलटे क्रम में आती हैं। t = 2 पर लेयर 1 से पहले पूछें।",
    "plans.notes.blame.ask": "t = 2 पर लेयर 1 तक ग्रेडिएंट कहाँ से पहुँचेगा?",
    "plans.notes.blame.why": "ऊपर से, क्योंकि t = 2 पर लेयर 2 ने यह स्टेट पढ़ी, और भविष्य से, क्योंकि t = 3 पर लेयर 1 ने इसे पढ़ा। दोनों जुड़ते हैं।",
    "plans.notes.update": "हर वेट एक बार चलता है",
    "plans.notes.update.notes": "वेट का उपयोग हर टाइमस्टेप पर होता है, इसलिए उसका ग्रेडिएंट उसके उपयोगों का योग है। वह दर गुणा इतना, उसके विपरीत चलता है।\n"
    "समय हो तो तुलना में “सीखने के बाद” दबाएँ, या प्रशिक्षण के दृश्य में सिखाएँ।",
    "plans.notes.code": "कोड में: संरचना",
    "plans.notes.code.notes": "दस हज़ार शब्द, 32 आयाम: Embedding(10000, 32), SimpleRNN(5, return_sequences=True), SimpleRNN(5), Dense(1)।\n"
    "कोड और चित्र साथ-साथ पढ़ें, नीचे से ऊपर, पंक्ति दर पंक्ति। जो 1 0 0 था वह अब सीखने वाली तालिका की एक पंक्ति है।",
    "plans.notes.embedding": "तालिका कितनी बड़ी है?",
    "plans.notes.embedding.notes": "नोट्स के पन्ने पर 32000 लिखा है। यह क़लम की चूक है। उन्हें खोजने दें: श्यामपट्ट पर गुणा करने वाले हर किसी से होती है।",
    "plans.notes.embedding.ask": "Embedding(10000, 32): कितने पैरामीटर?",
    "plans.notes.embedding.why": "दस हज़ार पंक्तियाँ, हर एक में 32 संख्याएँ।",
    "plans.notes.counts": "190, 55, 6",
    "plans.notes.counts.notes": "पहली लेयर: नीचे से 32·5, अपने अतीत से 5·5, बायस के 5: 160 + 25 + 5 = 190। नोट्स 185 पर रुकते हैं, और 5 पास में जोड़ते हैं।\n"
    "दूसरी लेयर: 5·5 + 5·5 + 5 = 55; जहाँ नोट्स में 8 × 5 लगता है, वहाँ 5 × 5 पढ़ें। Dense: 5 + 1 = 6।\n"
    "कुल 3,20,251। हर गिनती अपनी लेयर पर, अपने योग के साथ लिखी है।",
    "plans.notes.counts.ask": "SimpleRNN(5) 32 संख्याएँ पढ़ता है। उसमें कितने पैरामीटर हैं?",
    "plans.notes.counts.why": "नीचे से 32·5, अपने अतीत से 5·5, और बायस के 5।",
    "plans.notes.sequences": "क्या ऊपर जाता है, क्या नहीं",
    "plans.notes.sequences.notes": "return_sequences=True: स्टेट हर टाइमस्टेप पर ऊपर जाती है। यहाँ दोनों लेयर में है, इसलिए हर शब्द पर एक आउटपुट है।\n"
    "लेयर 2 पर उसे बंद करें: तीन में से दो आउटपुट चले जाते हैं। फिर चालू करें। तब लेयर 1 के बारे में पूछें।",
    "plans.notes.sequences.ask": "अब लेयर 1 में return_sequences बंद हो जाता है, और उसके ऊपर लेयर 2 बनी रहती है। क्या होगा?",
    "plans.notes.sequences.last": "लेयर 2 अंतिम स्टेट एक बार पढ़ेगी",
    "plans.notes.sequences.same": "लेयर 2 वही स्टेट तीन बार पढ़ेगी",
    "plans.notes.sequences.error": "चल नहीं सकता: Keras स्टैक को अस्वीकार करेगा",
    "plans.notes.sequences.why": "लेयर 2 हर टाइमस्टेप पर एक वेक्टर पढ़ती है, और कुल एक ही वेक्टर है। Keras कहता है: {error}",
    "plans.notes.error": "Keras के अपने शब्द",
    "plans.notes.error.notes": "त्रुटि ज़ोर से पढ़ें: तीन आयाम चाहिए थे, बैच, टाइमस्टेप और विशेषताएँ; दो मिले, बैच और विशेषताएँ।\n"
    "रिकरेंट लेयर जोड़ने वाला हर व्यक्ति इससे एक बार मिलता है। कक्षा टूटे स्टैक को वैसे ही देखती है जैसे आप।",
    "plans.notes.lstm": "रूप: डीप LSTM",
    "plans.notes.lstm.notes": "गहराई केवल सरल सेलों की नहीं। स्टैक वही है; सेल में चार गेट हैं और एक दूसरी स्टेट, c, जो टाइमस्टेप से टाइमस्टेप जाती है।\n"
    "पैनल में सेल खोलें, और गेट तथा स्टेट वहीं खोजने दें। पहले शब्द जमा करें।",
    "plans.notes.lstm.ask": "सेल को दूसरी स्टेट किसलिए चाहिए हो सकती है? एक शब्द।",
    "plans.notes.lstm.why": "c में जो रखा है उसे केवल योग और गेट बदलते हैं, इसलिए वह अधिक टिक सकता है, और उसके साथ लौटने वाला ग्रेडिएंट भी।",
    "plans.notes.gru": "रूप: डीप GRU",
    "plans.notes.gru.notes": "दो गेट और एक प्रत्याशी, और कोई दूसरी स्टेट नहीं। जहाँ सरल सेल में एक मैट्रिक्स है, वहाँ तीन: तो क्या तीन गुना पैरामीटर?\n"
    "Keras में अपने आप reset_after चालू रहता है, और तब एक दूसरा बायस होता है।",
    "plans.notes.gru.ask": "सरल लेयर 1 में 3·3 + 3·3 + 3 = 21 पैरामीटर थे। GRU के रूप में उसमें कितने हैं?",
    "plans.notes.gru.why": "3·(3·3 + 3·3) और 3·3 के दो बायस: 54 + 18। 21 का तीन गुना 63 होता।",
    "plans.notes.mixed": "रूप: मिला-जुला स्टैक",
    "plans.notes.mixed.notes": "नीचे LSTM, उसके ऊपर GRU, सबसे ऊपर सरल लेयर: लेयर नीचे वाली से बस इतना चाहती है कि हर टाइमस्टेप पर एक वेक्टर मिले।\n"
    "किसी भी लेयर का प्रकार बदलें, और एक जोड़ें।",
    "plans.notes.warning": "यह खिलौना क्या नहीं दिखाता",
    "plans.notes.warning.notes": "चेतावनी: “समीक्षा में cat है” तीनों लेबल तय कर देता है। इसके लिए स्मृति नहीं चाहिए, और क्रम का कोई महत्व नहीं।\n"
    "तीनों समीक्षाएँ अंकगणित के लिए रखें। यहाँ दो हैं जिन्हें क्रम चाहिए: cat mat rat है 1, rat mat cat है 0।",
    "plans.notes.warning.ask": "cat mat rat है 1, rat mat cat है 0। जो केवल शब्द गिनता है, क्या वह इनमें भेद कर सकता है?",
    "plans.notes.warning.yes": "हाँ",
    "plans.notes.warning.no": "नहीं",
    "plans.notes.warning.why": "दोनों में वही शब्द हैं, इसलिए सब गिनतियाँ बराबर हैं। केवल वही दो उत्तर दे सकता है जो क्रम याद रखे।",
}
