"""Ordinary notes in many languages, as case workers write them: all invented, none about a real person."""

from __future__ import annotations

PROSE: dict[str, str] = {
    "en": (
        "The girl was met by the women and children's desk on 12 November and is now with her aunt in Battambang. She sleeps badly, "
        "has missed three weeks of school, and asked that a woman speak with her. Please call the safe person between 14:00 and 16:00, "
        "not the home number. Exhibit 12, a photo held by the unit, must not be discussed with her. Docket PNP-2026-0147."
    ),
    "ar": (
        "التقت وحدة حماية الأسرة بالطفلة يوم ١٢ تشرين الثاني، وهي الآن عند خالتها. لا تنام جيدًا وتغيّبت عن المدرسة ثلاثة أسابيع، "
        "وطلبت أن تتحدث معها امرأة. يُرجى الاتصال بالشخص الموثوق بين الساعة الثانية والرابعة بعد الظهر وليس برقم المنزل. موعد الجلسة ‏14‏/12‏/2026 أمام المحكمة."
    ),
    "fr": (
        "La jeune fille a été reçue par la brigade des mineurs le 12 novembre ; elle vit aujourd'hui chez sa tante. Elle dort mal, a manqué "
        "trois semaines d'école et souhaite parler à une femme. N'appelez pas au domicile : joindre la personne de confiance entre 14 h et 16 h. "
        "L'audience est fixée au 14 décembre 2026 (art. 227-23 du Code pénal), n° de dossier 2026/0147."
    ),
    "es": (
        "La niña fue atendida por la unidad de protección el 12 de noviembre y ahora vive con su tía. Duerme mal, ha perdido tres semanas de "
        "clase y pidió hablar con una mujer. ¿Pueden llamar a la persona segura entre las 14:00 y las 16:00? ¡No llamen a casa! "
        "La audiencia será el 14 de diciembre; expediente n.º 0147/2026."
    ),
    "km": (
        "ក្មេងស្រីត្រូវបានជួបដោយអង្គភាពការពារស្ត្រី និងកុមារនៅថ្ងៃទី១២ ខែវិច្ឆិកា ហើយឥឡូវនេះរស់នៅជាមួយម្តាយមីងរបស់នាង។ នាងគេងមិនសូវលក់ "
        "បានខកខានសាលារៀនបីសប្តាហ៍ ហើយបានស្នើសុំឱ្យស្ត្រីម្នាក់និយាយជាមួយនាង។ សូមទូរស័ព្ទទៅអ្នកដែលទុកចិត្តនៅចន្លោះម៉ោងពីរដល់ម៉ោងបួនរសៀល។"
    ),
    "th": (
        "เด็กหญิงได้พบกับเจ้าหน้าที่หน่วยคุ้มครองเด็กและสตรีเมื่อวันที่ ๑๒ พฤศจิกายน ขณะนี้พักอยู่กับป้าที่เชียงใหม่ นอนหลับไม่ค่อยสนิทและขาดเรียนมาสามสัปดาห์แล้ว "
        "ขอให้เจ้าหน้าที่ผู้หญิงเป็นผู้พูดคุยด้วยโปรดโทรหาบุคคลที่ไว้ใจได้ระหว่างเวลาบ่ายสองโมงถึงสี่โมงเย็นเท่านั้นห้ามโทรไปที่บ้าน"
    ),
    "zh": (
        "女孩于十一月十二日由妇女儿童保护部门接待，现与姨妈同住。她睡眠不好，已缺课三周，希望由女性工作人员与她谈话。"
        "请在下午两点至四点之间联系可信赖的人，不要拨打家里的电话。开庭日期为2026年12月14日，案号2026-0147。母亲已知情并同意，但不得告知继父。"
    ),
    "zh-Hant": (
        "女孩於十一月十二日由婦幼保護單位接見，目前與阿姨同住。她睡眠不佳，已缺課三週，希望由女性社工與她談話。"
        "請於下午兩點至四點之間聯絡可信任的人，請勿撥打家中電話。開庭日為十二月十四日，母親已知情並同意，但不得告知繼父。"
    ),
    "am": (
        "ልጅቷ በኅዳር ፪ ቀን በሴቶችና ሕፃናት ጥበቃ ክፍል ታይታለች፤ አሁን ከአክስቷ ጋር ትኖራለች። በደንብ አትተኛም፣ ሦስት ሳምንት ከትምህርት ቤት ቀርታለች፣ "
        "ሴት ባለሙያ እንድታነጋግራት ጠይቃለች። እባክዎ ከቀኑ ስምንት እስከ አሥር ሰዓት ባለው ጊዜ ለሚታመነው ሰው ይደውሉ።"
    ),
    "my": (
        "မိန်းကလေးကို အမျိုးသမီးနှင့် ကလေးသူငယ်ကာကွယ်ရေးဌာနက နိုဝင်ဘာလ ၁၂ ရက်နေ့တွင် တွေ့ဆုံခဲ့ပြီး ယခုအခါ အဒေါ်နှင့်အတူ နေထိုင်နေပါသည်။ "
        "ညဘက် ကောင်းစွာအိပ်မပျော်ပါ။ ကျောင်းသုံးပတ်ပျက်ခဲ့ပြီး အမျိုးသမီးဝန်ထမ်းနှင့်သာ စကားပြောလိုကြောင်း တောင်းဆိုထားပါသည်။"
    ),
    "hi": (
        "बच्ची से महिला एवं बाल संरक्षण इकाई ने १२ नवंबर को मुलाकात की और वह अब अपनी मौसी के साथ रहती है। उसे ठीक से नींद नहीं आती, तीन सप्ताह से स्कूल "
        "नहीं गई है और चाहती है कि कोई महिला उससे बात करे। कृपया भरोसेमंद व्यक्ति को दोपहर दो से चार बजे के बीच फ़ोन करें, घर के नंबर पर नहीं।"
    ),
    "tl": (
        "Nakausap ng women and children protection desk ang bata noong ika-12 ng Nobyembre at kasalukuyan siyang nakatira sa kanyang tiyahin. Hindi siya "
        "mahimbing matulog, tatlong linggo nang hindi nakapasok sa paaralan, at hiniling niyang babae ang kumausap sa kanya. Pakitawagan ang ligtas na tao "
        "mula alas-dos hanggang alas-kuwatro ng hapon; huwag tumawag sa bahay."
    ),
    "sw": (
        "Msichana alionana na dawati la jinsia na watoto tarehe 12 Novemba na sasa anaishi na shangazi yake. Halali vizuri, amekosa shule kwa wiki tatu, na "
        "ameomba azungumze na mwanamke. Tafadhali mpigie simu mtu anayeaminika kati ya saa nane na saa kumi alasiri, si namba ya nyumbani."
    ),
    "de": (
        "Das Mädchen wurde am 12. November von der Fachstelle für Frauen- und Kinderschutz gesprochen und lebt jetzt bei seiner Tante. Es schläft schlecht, hat drei "
        "Wochen Schule versäumt und möchte mit einer Frau sprechen. Bitte nur die Vertrauensperson zwischen 14 und 16 Uhr anrufen; das "
        "Jugendhilfeplangespräch mit der Verfahrensbeiständin (§ 158 FamFG) findet am Dienstag statt."
    ),
    "vi": (
        "Em gái đã được đơn vị bảo vệ phụ nữ và trẻ em gặp ngày 12 tháng 11 và hiện đang sống với dì. Em ngủ không ngon, đã nghỉ học ba tuần và muốn nói chuyện "
        "với một cán bộ nữ. Xin hãy gọi cho người tin cậy từ 14 giờ đến 16 giờ, không gọi về số điện thoại nhà."
    ),
    "uk": (
        "Дівчинку прийняв підрозділ захисту жінок і дітей 12 листопада, зараз вона живе в тітки. Вона погано спить, пропустила три тижні школи й попросила, щоб із "
        "нею говорила жінка. Телефонуйте, будь ласка, довіреній особі з 14:00 до 16:00, а не на домашній номер. Засідання суду призначено на 14 грудня."
    ),
    "ru": (
        "С девочкой встретились сотрудники отдела защиты женщин и детей 12 ноября, сейчас она живёт у тёти. Она плохо спит, пропустила три недели школы и "
        "попросила, чтобы с ней разговаривала женщина. Звоните доверенному лицу с 14 до 16 часов. НЕ ЗВОНИТЬ НА ДОМАШНИЙ НОМЕР."
    ),
    "tr": (
        "Kız çocuğu 12 Kasım'da kadın ve çocuk koruma birimi tarafından görüldü ve şu anda teyzesinin yanında kalıyor. İyi uyuyamıyor, üç haftadır okula gidemedi ve "
        "bir kadınla konuşmak istediğini söyledi. Lütfen güvenilir kişiyi saat 14.00 ile 16.00 arasında arayın, ev numarasını aramayın."
    ),
    "ta": (
        "சிறுமியை பெண்கள் மற்றும் குழந்தைகள் பாதுகாப்புப் பிரிவு நவம்பர் 12 அன்று சந்தித்தது; இப்போது அவர் தன் சித்தியுடன் வசிக்கிறார். அவர் சரியாக உறங்குவதில்லை, "
        "மூன்று வாரங்களாகப் பள்ளிக்குச் செல்லவில்லை, ஒரு பெண் அதிகாரி தன்னுடன் பேச வேண்டும் என்று கேட்டுள்ளார்."
    ),
    "bn": (
        "মেয়েটির সঙ্গে নারী ও শিশু সুরক্ষা ইউনিট ১২ নভেম্বর দেখা করেছে এবং সে এখন তার খালার সঙ্গে থাকে। তার ভালো ঘুম হয় না, তিন সপ্তাহ স্কুলে যায়নি এবং সে চায় "
        "একজন নারী তার সঙ্গে কথা বলুক। অনুগ্রহ করে দুপুর দুইটা থেকে চারটার মধ্যে বিশ্বস্ত ব্যক্তিকে ফোন করুন।"
    ),
    "ka": (
        "გოგონას ქალთა და ბავშვთა დაცვის განყოფილება 12 ნოემბერს შეხვდა და ის ახლა დეიდასთან ცხოვრობს. ცუდად სძინავს, სამი კვირა სკოლაში არ უვლია და "
        "ითხოვა, რომ მას ქალი ესაუბროს. გთხოვთ, დაურეკოთ სანდო პირს დღის ორიდან ოთხ საათამდე."
    ),
    "hy": (
        "Աղջկան կանանց և երեխաների պաշտպանության բաժինը հանդիպել է նոյեմբերի 12-ին, և նա այժմ ապրում է մորաքրոջ հետ։ Նա վատ է քնում, երեք շաբաթ դպրոց չի "
        "հաճախել և խնդրել է, որ իր հետ կին խոսի։ Խնդրում ենք զանգահարել վստահելի անձին ժամը 14-ից 16-ը։"
    ),
    "he": (
        "הילדה נפגשה עם היחידה להגנת נשים וילדים ב-12 בנובמבר והיא גרה כעת אצל דודתה. היא ישנה רע, החסירה שלושה שבועות של לימודים וביקשה שאישה תדבר איתה. "
        "נא להתקשר לאיש הקשר הבטוח בין 14:00 ל-16:00 ולא למספר הביתי. הדיון בבית המשפט נקבע ל-14 בדצמבר."
    ),
    "ja": (
        "女の子は十一月十二日に女性と子どもの保護担当と面会し、現在は叔母と暮らしています。よく眠れず、三週間学校を休んでおり、女性の職員と話したいと希望しています。"
        "午後二時から四時のあいだに、信頼できる連絡先へお電話ください。自宅の番号にはかけないでください。カウンセリングとスクールサポートをお願いします。"
    ),
    "ko": (
        "아이는 11월 12일 여성아동보호팀과 면담하였으며 현재 이모와 함께 지내고 있습니다. 잠을 잘 이루지 못하고 학교를 3주 동안 결석하였으며, 여성 상담원과 이야기하기를 "
        "원합니다. 오후 두 시에서 네 시 사이에 안전한 연락처로 전화해 주시고 집 전화로는 연락하지 말아 주십시오."
    ),
    "fa": (
        "دختر در ۱۲ نوامبر با واحد حمایت از زنان و کودکان دیدار کرد و اکنون نزد خاله‌اش زندگی می‌کند. او خوب نمی‌خوابد، سه هفته به مدرسه نرفته و خواسته است "
        "که یک زن با او صحبت کند. لطفاً بین ساعت ۱۴ تا ۱۶ با فرد مورد اعتماد تماس بگیرید."
    ),
    "ur": (
        "بچی سے خواتین اور بچوں کے تحفظ کے شعبے نے ۱۲ نومبر کو ملاقات کی اور وہ اب اپنی خالہ کے ساتھ رہتی ہے۔ اسے ٹھیک سے نیند نہیں آتی، تین ہفتوں سے اسکول نہیں گئی "
        "اور چاہتی ہے کہ کوئی خاتون اس سے بات کرے۔"
    ),
    "si": (
        "දැරිය නොවැම්බර් 12 වන දින කාන්තා හා ළමා ආරක්ෂණ ඒකකය විසින් හමු වූ අතර ඇය දැන් නැන්දා සමඟ ජීවත් වේ. ඇයට හොඳින් නින්ද නොයන අතර සති තුනක් පාසල් නොගොස් සිටී."
    ),
    "el": (
        "Το κορίτσι συναντήθηκε με τη μονάδα προστασίας γυναικών και παιδιών στις 12 Νοεμβρίου και μένει τώρα με τη θεία της. Δεν κοιμάται καλά, έχασε τρεις "
        "εβδομάδες σχολείου και ζήτησε να της μιλήσει μια γυναίκα. Η δίκη ορίστηκε για τις 14 Δεκεμβρίου."
    ),
    "lo": (
        "ເດັກຍິງໄດ້ພົບກັບໜ່ວຍງານປົກປ້ອງແມ່ຍິງ ແລະ ເດັກ ໃນວັນທີ 12 ພະຈິກ ແລະ ຕອນນີ້ອາໄສຢູ່ກັບປ້າຂອງນາງ. ນາງນອນບໍ່ຫຼັບດີ ຂາດໂຮງຮຽນສາມອາທິດ ແລະ ຢາກໃຫ້ແມ່ຍິງເປັນຜູ້ລົມກັບນາງ."
    ),
    "pl": (
        "Dziewczynka spotkała się z zespołem ochrony kobiet i dzieci 12 listopada i mieszka teraz u cioci w Szczebrzeszynie. Źle śpi, opuściła trzy tygodnie szkoły i "
        "poprosiła, aby rozmawiała z nią kobieta. Proszę dzwonić do zaufanej osoby między 14:00 a 16:00."
    ),
    "ne": "बालिकालाई महिला तथा बालबालिका संरक्षण एकाइले कार्तिक २७ गते भेटेको हो र उनी अहिले आफ्नी सानिमासँग बस्छिन्। उनी राम्ररी सुत्न सक्दिनन् र तीन हप्ता विद्यालय गएकी छैनन्।",
    "te": "బాలికను మహిళా మరియు శిశు రక్షణ విభాగం నవంబర్ 12న కలిసింది, ఆమె ఇప్పుడు తన పిన్నితో నివసిస్తోంది. ఆమెకు సరిగా నిద్ర పట్టడం లేదు, మూడు వారాలుగా పాఠశాలకు వెళ్లలేదు.",
    "hu": (
        "A kislánnyal november 12-én találkozott a nő- és gyermekvédelmi csoport, jelenleg a nagynénjénél él. Rosszul alszik, három hetet hiányzott az iskolából, "
        "és azt kérte, hogy egy nő beszéljen vele. Kérjük, a megbízható személyt hívják 14 és 16 óra között."
    ),
    "so": (
        "Gabadha waxaa la kulmay qaybta ilaalinta haweenka iyo carruurta 12-kii Noofembar, haddana waxay la nooshahay eedadeed. Si fiican uma seexato, saddex toddobaad "
        "ayay dugsiga ka maqnayd, waxayna codsatay in haweeney la hadasho."
    ),
}
